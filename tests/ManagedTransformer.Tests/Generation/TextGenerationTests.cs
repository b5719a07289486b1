using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Generation;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;
using Xunit;

namespace ManagedTransformer.Tests.Generation;

/// <summary>Where texts end, and what a model with few positions sees of long ones.</summary>
public sealed class TextGenerationTests
{
    private const int Positions = 8;

    [Theory]
    [InlineData(3, 1)]
    [InlineData(8, 1)]
    [InlineData(20, 1)]
    [InlineData(20, 3)]
    [InlineData(3, 8)]
    public void EveryTokenFollowsFromWhatTheWindowShows(int promptLength, int stride)
    {
        CausalLanguageModel network = Network();
        int[] prompt = [.. Enumerable.Range(0, promptLength).Select(i => i * 37 % 256)];
        GenerationOptions options = new() { MaxTokens = 20, Temperature = 0, WindowStride = stride };
        List<int> text = [.. prompt];
        int start = Math.Max(0, promptLength - Positions);
        foreach (int token in TextGenerator.Generate(network, prompt, options, 256))
        {
            // The window moves when the text outgrows it, and then by the stride.
            start = text.Count - start > Positions ? text.Count - (Positions - stride + 1) : start;
            int[] seen = [.. text.Skip(start)];
            Assert.Equal(Best(network, seen), token);
            text.Add(token);
        }

        Assert.Equal(promptLength + 20, text.Count);
    }

    [Fact]
    public void NotesSayWhatWasNotSeen()
    {
        TextGeneration shortText = Generate("abc", new GenerationOptions { MaxTokens = 6 });
        Assert.Empty(shortText.Notes);
        Assert.NotEmpty(string.Concat(shortText));
        Assert.Equal((3, 3, 6), (shortText.PromptTokens, shortText.PromptTokensRead, shortText.Tokens));
        Assert.Empty(shortText.Notes);

        TextGeneration outgrown = Generate("abc", new GenerationOptions { MaxTokens = 7 });
        Assert.Empty(outgrown.Notes);
        _ = string.Concat(outgrown);
        Assert.Contains("from new token 7 on", Assert.Single(outgrown.Notes), StringComparison.Ordinal);

        TextGeneration longPrompt = Generate("abcdefghij", new GenerationOptions { MaxTokens = 2, WindowStride = 3 });
        Assert.Contains("10 tokens and the model 8 positions: the last 8 were read", Assert.Single(longPrompt.Notes),
            StringComparison.Ordinal);
        _ = string.Concat(longPrompt);
        Assert.Equal(8, longPrompt.PromptTokensRead);
        Assert.Contains("from new token 2 on, the model saw only the last 6 to 8 tokens", longPrompt.Notes.Last(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void TheModelsEndOfTextEndsItUnlessItIsIgnored()
    {
        GenerationOptions greedy = new() { MaxTokens = 5, Temperature = 0 };
        int[] text = [.. TextGenerator.Generate(Network(), [97, 98, 99], greedy, 256)];
        int end = text[2], first = Array.IndexOf(text, end);
        TextGeneration stopped = Generate("abc", greedy, end);
        _ = string.Concat(stopped);
        Assert.Equal(first, stopped.Tokens);
        Assert.True(stopped.IsStopped);

        TextGeneration ignored = Generate("abc", greedy with { IgnoreEndOfText = true }, end);
        _ = string.Concat(ignored);
        Assert.Equal(5, ignored.Tokens);
        Assert.False(ignored.IsStopped);

        TextGeneration own = Generate("abc", greedy with { IgnoreEndOfText = true, StopTokens = [end] });
        _ = string.Concat(own);
        Assert.Equal(first, own.Tokens);
    }

    [Fact]
    public void AStrideOfNothingIsRefused() =>
        Assert.Contains("stride (0)",
            Assert.Throws<InputException>(() => Generate("a", new GenerationOptions { WindowStride = 0 })).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("one two", "one two")]
    [InlineData("one two ", "one two ")]
    [InlineData("one two\n", "one two\n")]
    public void TextGoesOnBehindThePromptAsInOneDecodedText(string prompt, string beginning)
    {
        WordTokenizer words = WordTokenizer.FromText("one two three four five six\n");
        CausalLanguageModel network = Network(words.VocabularySize);
        ModelDescription description = new() { Architecture = Recipe.TransformerLanguageModel, Model = network.Config };
        GenerationOptions options = new() { MaxTokens = 4, Temperature = 0 };
        string whole = prompt + string.Concat(new LanguageModel(network, words, description).Generate(prompt, options));
        int[] ids = words.Encode(prompt);
        Assert.Equal(words.Decode([.. ids, .. TextGenerator.Generate(network, ids, options, words.VocabularySize)]),
            whole.Replace(" \n", "\n", StringComparison.Ordinal));
        Assert.StartsWith(beginning, whole, StringComparison.Ordinal);
        Assert.DoesNotContain("  ", whole, StringComparison.Ordinal);
    }

    private static int Best(CausalLanguageModel network, int[] tokens)
    {
        using NoGradientScope _ = new();
        float[] logits = network.Step(Tensor.From(tokens, new Shape(1, tokens.Length)), network.CreateState()).ToArray();
        return Array.IndexOf(logits, logits.Max());
    }

    private static TextGeneration Generate(string prompt, GenerationOptions options, int? end = null)
    {
        CausalLanguageModel network = Network();
        ModelDescription description = new()
        {
            Architecture = Recipe.TransformerLanguageModel,
            Model = network.Config,
            EndOfText = end is { } id ? [id] : null,
        };
        return new LanguageModel(network, new ByteTokenizer(), description).Generate(prompt, options);
    }

    private static CausalLanguageModel Network(int vocabulary = 256) => new(
        new LanguageModelConfig
        {
            Vocab = vocabulary,
            Dim = 16,
            Layers = 2,
            Heads = 2,
            Positions = PositionKind.Learned,
            MaxPositions = Positions,
        },
        new RandomSource(5));
}
