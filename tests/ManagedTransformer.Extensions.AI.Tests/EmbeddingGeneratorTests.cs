using ManagedTransformer.Generation;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using Microsoft.Extensions.AI;
using Xunit;

namespace ManagedTransformer.Extensions.AI.Tests;

/// <summary>A language model behind <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>.</summary>
public sealed class EmbeddingGeneratorTests
{
    private static readonly LanguageModel _model = TinyModel.Create();
    private static readonly string[] _texts = ["Once upon a time", "a", "there was a cat, and it sat."];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TextPooling.Mean)]
    [InlineData(TextPooling.Last)]
    public async Task VectorsArePooledStates(TextPooling pooling)
    {
        using IEmbeddingGenerator<string, Embedding<float>> generator =
            _model.AsIEmbeddingGenerator(new LanguageModelClientOptions { Pooling = pooling });
        GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(_texts, cancellationToken: Cancellation);
        Assert.Equal(_texts.Select(text => _model.Embed(text, pooling).Vector), embeddings.Select(one => one.Vector.ToArray()));
        Assert.Equal(_texts.Sum(text => text.Length), embeddings.Usage!.InputTokenCount);
        Assert.All(embeddings, one => Assert.Equal(_model.EmbeddingWidth, one.Dimensions));

        // The scores of the next token are the table times the last state.
        float[] state = _model.Embed(_texts[0], TextPooling.Last).Vector;
        int[] ids = _model.Tokenizer.Encode(_texts[0]);
        float[] scores = _model.Network.Forward(Tensor.From(ids, new Shape(1, ids.Length)), ForwardContext.Inference)
            .Slice(1, ids.Length - 1, 1).ToArray();
        Tensor expected = Tensor.From(state, new Shape(1, state.Length)).Linear(_model.Network.Parameters()[0].Parameter);
        Assert.All(scores.Zip(expected.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public async Task ManyThreadsGetTheSameVectors()
    {
        using IEmbeddingGenerator<string, Embedding<float>> generator = _model.AsIEmbeddingGenerator();
        float[][] expected = [.. _texts.Select(text => _model.Embed(text).Vector)];
        ParallelOptions sixteen = new() { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation };
        await Parallel.ForAsync(0, 48, sixteen, async (i, cancellation) =>
        {
            ReadOnlyMemory<float> vector = await generator.GenerateVectorAsync(_texts[i % 3], cancellationToken: cancellation);
            Assert.Equal(expected[i % 3], vector.ToArray());
        });
    }

    [Fact]
    public async Task WhatDoesNotFitIsRefused()
    {
        using IEmbeddingGenerator<string, Embedding<float>> generator =
            _model.AsIEmbeddingGenerator(new LanguageModelClientOptions { ModelId = "tiny" });
        await Refused<NotSupportedException>("a", new EmbeddingGenerationOptions { Dimensions = 7 }, "Dimensions is 7");
        await Refused<NotSupportedException>("a", new EmbeddingGenerationOptions { ModelId = "large" }, "'large'");
        await Refused<NotSupportedException>(
            "a", new EmbeddingGenerationOptions { AdditionalProperties = new() { ["colour"] = 1 } }, "'colour'");
        await Refused<NotSupportedException>(
            "a", new EmbeddingGenerationOptions { RawRepresentationFactory = _ => "a" }, "RawRepresentationFactory");
        await Refused<ArgumentException>(null!, null, "Text 1 is null");
        await Refused<InputException>("", null, "at least one token");
        await Refused<InputException>(new string('a', 513), null, "513 tokens, and the model 512 positions");

        async Task Refused<T>(string text, EmbeddingGenerationOptions? options, string mention) where T : Exception =>
            Assert.Contains(
                mention, (await Assert.ThrowsAsync<T>(() => generator.GenerateAsync([text], options, Cancellation))).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public void ServicesAreTheGeneratorsOwn()
    {
        using IEmbeddingGenerator<string, Embedding<float>> generator =
            _model.AsIEmbeddingGenerator(new LanguageModelClientOptions { ModelId = "tiny" });
        EmbeddingGeneratorMetadata metadata = generator.GetService<EmbeddingGeneratorMetadata>()!;
        Assert.Equal(
            ("ManagedTransformer", "tiny", (int?)32),
            (metadata.ProviderName, metadata.DefaultModelId, metadata.DefaultModelDimensions));
        Assert.Same(_model, generator.GetService<LanguageModel>());
    }
}
