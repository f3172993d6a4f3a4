using Gatehouse.Core.Estate;

namespace Gatehouse.Tests.Estate;

public sealed class OllamaNameTests
{
    [Theory]
    [InlineData("llama3.2", "registry.ollama.ai/library/llama3.2:latest")]
    [InlineData("Llama3.2:LATEST", "registry.ollama.ai/library/llama3.2:latest")]
    [InlineData("library/llama3.2:3b", "registry.ollama.ai/library/llama3.2:3b")]
    [InlineData("registry.ollama.ai/library/llama3.2:3b", "registry.ollama.ai/library/llama3.2:3b")]
    [InlineData("https://registry.ollama.ai/library/llama3.2", "registry.ollama.ai/library/llama3.2:latest")]
    [InlineData("me/mine", "registry.ollama.ai/me/mine:latest")]
    [InlineData("hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M",
        "hf.co/bartowski/llama-3.2-3b-instruct-gguf:q4_k_m")]
    [InlineData("localhost:5000/me/mine", "localhost:5000/me/mine:latest")]
    [InlineData(" llama3.2:3b:local ", "registry.ollama.ai/library/llama3.2:3b")]
    [InlineData("llama3.2:", "registry.ollama.ai/library/llama3.2:latest")]
    public void A_name_is_filled_as_Ollama_fills_it(string name, string whole) =>
        Assert.Equal(whole, OllamaName.Whole(name));

    [Theory]
    [InlineData("Qwen2.5-Coder:7B", "qwen2.5-coder:7b", true)]
    [InlineData("llama3.2", "library/llama3.2:latest", true)]
    [InlineData("llama3.2", "other/llama3.2", false)]
    [InlineData("llama3.2:1b", "llama3.2:3b", false)]
    [InlineData("hf.co/a/b", "a/b", false)]
    public void Two_names_are_the_same_when_Ollama_says_so(string left, string right, bool same) =>
        Assert.Equal(same, OllamaName.Same(left, right));

    [Theory]
    [InlineData("gpt-oss:120b-cloud", true)]
    [InlineData("qwen3-coder:CLOUD", true)]
    [InlineData("registry.ollama.ai/library/glm-4.7:cloud", true)]
    [InlineData("x: cloud ", true)]
    [InlineData(" x:cloud\t", true)]
    [InlineData("x-cloud", true)]
    [InlineData("x:7b-Cloud", true)]
    [InlineData("x:cloud:local", true)]
    [InlineData("cloud", false)]
    [InlineData("nextcloud:latest", false)]
    [InlineData("x:cloudy", false)]
    [InlineData("x-cloud:7b", false)]
    [InlineData("llama3.2:3b", false)]
    public void A_name_that_Ollama_runs_in_its_cloud_is_known(string name, bool cloud) =>
        Assert.Equal(cloud, OllamaName.IsCloud(name));
}
