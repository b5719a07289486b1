using ManagedTransformer.Generation;
using ManagedTransformer.Tests.Checkpoints.HuggingFace;
using ManagedTransformer.Tests.Data;
using Xunit;

namespace ManagedTransformer.Tests.Generation;

/// <summary>What a folder's generation_config.json recommends.</summary>
public sealed class RecommendedGenerationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ValuesBecomeOptions()
    {
        RecommendedGeneration read = Read(
            """
            { "do_sample": true, "temperature": 0.6, "top_k": 20, "top_p": 0.95, "min_p": 0.05, "typical_p": 0.9,
              "repetition_penalty": 1.1, "no_repeat_ngram_size": 3, "eos_token_id": [1, 2], "max_length": 4096, "num_beams": 1 }
            """)!;
        GenerationOptions expected = new()
        {
            Temperature = 0.6f,
            TopK = 20,
            TopP = 0.95f,
            MinP = 0.05f,
            TypicalP = 0.9f,
            RepetitionPenalty = 1.1f,
            NoRepeatNgramSize = 3,
        };
        Assert.Equal(expected with { LogitBias = read.Options.LogitBias }, read.Options);
        Assert.Equal(
            [
                "temperature 0.6", "top_k 20", "top_p 0.95", "min_p 0.05", "typical_p 0.9", "repetition_penalty 1.1",
                "no_repeat_ngram_size 3",
            ],
            read.Values);
        Assert.Empty(read.Others);
        read.Options.Validate();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "eos_token_id": 2, "bos_token_id": 1, "transformers_version": "4.51.0", "_from_model_config": true }""")]
    [InlineData("""{ "do_sample": true, "temperature": 1.0, "top_p": 1.0, "top_k": null }""")]
    public void WhatIsUsualIsNoAdvice(string json) => Assert.Null(Read(json));

    [Fact]
    public void WithoutAFileThereIsNone() => Assert.Null(RecommendedGeneration.Read(_folder["none"]));

    [Fact]
    public void WithoutSamplingItIsGreedyAndValuesOfSamplingDoNotCount()
    {
        RecommendedGeneration read = Read("""{ "do_sample": false, "temperature": 0.6, "top_p": 0.9, "repetition_penalty": 1.2 }""")!;
        Assert.Equal((0f, 1f, 1.2f), (read.Options.Temperature, read.Options.TopP, read.Options.RepetitionPenalty));
        Assert.Equal(["do_sample false", "repetition_penalty 1.2"], read.Values);
        Assert.Equal(0.6f, Read("""{ "temperature": 0.6 }""")!.Options.Temperature);
    }

    [Fact]
    public void WhatIsNotTakenOverIsNamed() => Assert.Equal(
        ["num_beams", "min_length", "suppress_tokens"],
        Read("""{ "top_k": 5, "num_beams": 4, "min_length": 3, "suppress_tokens": [7], "early_stopping": false, "bad_words_ids": null }""")!
            .Others);

    [Fact]
    public void WhatIsNotTakenOverIsNamedWhereThereIsNothingElse()
    {
        RecommendedGeneration read = Read("""{ "num_beams": 4 }""")!;
        Assert.Equal(["num_beams"], read.Others);
        Assert.Empty(read.Values);
        Assert.Equal(new GenerationOptions { LogitBias = read.Options.LogitBias }, read.Options);
    }

    [Theory]
    [InlineData("temperature", "\"hot\"")]
    [InlineData("temperature", "-1")]
    [InlineData("temperature", "1e60")]
    [InlineData("top_k", "2.5")]
    [InlineData("top_k", "-1")]
    [InlineData("top_k", "\"all\"")]
    [InlineData("top_p", "0")]
    [InlineData("top_p", "1.5")]
    [InlineData("min_p", "[0.1]")]
    [InlineData("typical_p", "2")]
    [InlineData("repetition_penalty", "0")]
    [InlineData("no_repeat_ngram_size", "true")]
    [InlineData("do_sample", "1")]
    public void OtherValuesAreRefusedByFileAndKey(string key, string value)
    {
        string message = Assert.Throws<InputException>(() => Read($$"""{ "{{key}}": {{value}} }""")).Message;
        Assert.StartsWith($"{Path.Combine(_folder["model"], "generation_config.json")}: {key} ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryTokenOfAListEndsATextWhetherAdviceIsTakenOrNot()
    {
        Gpt2Sample sample = new();
        string path = sample.Write(_folder["gpt2"]);
        File.WriteAllText(Path.Combine(path, "generation_config.json"), """{ "eos_token_id": [70, 71], "temperature": 0.5 }""");
        LanguageModel model = LanguageModel.Load(path);
        foreach (int end in (int[])[70, 71])
        {
            Dictionary<int, float> bias = new() { [end] = 99 };
            GenerationOptions options = RecommendedGeneration.Read(path)!.Options with { LogitBias = bias };
            TextGeneration text = model.Generate("the cat", options);
            Assert.Empty(string.Concat(text));
            Assert.Equal(FinishReason.EndOfText, text.Finish);
        }
    }

    private RecommendedGeneration? Read(string json)
    {
        Directory.CreateDirectory(_folder["model"]);
        File.WriteAllText(Path.Combine(_folder["model"], "generation_config.json"), json);
        return RecommendedGeneration.Read(_folder["model"]);
    }
}
