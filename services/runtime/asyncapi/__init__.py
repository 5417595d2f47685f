"""The broker's public door as an AsyncAPI document, made from the models and the topology. Pure."""
