LLM_PROVIDER='ollama'
OLLAMA_BASE_PATH='http://gpu-box.lan:11434'
OLLAMA_MODEL_PREF='mistral-small'
EMBEDDING_ENGINE='native'
JWT_SECRET="make-this-a-long-random-string-1234567"
