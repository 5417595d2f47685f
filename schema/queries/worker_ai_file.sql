-- What an AI has of this file and keeps for long enough to answer.
SELECT openai_file_id FROM pdf_files
WHERE checksum = $1 AND openai_file_expires_at > now() + INTERVAL '10 minutes'
