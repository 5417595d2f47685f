"""The gateway as an OpenAPI document, made from the models, the problems and a table of its operations. Pure."""
