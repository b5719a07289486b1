using ManagedTransformer.Generation;
using Microsoft.Extensions.AI;

namespace ManagedTransformer.Extensions.AI;

/// <summary>
/// Embeddings of texts by a language model: its last states, pooled (<see cref="LanguageModel.Embed(string, TextPooling)"/>), not
/// normalised. Any number of threads may ask at the same time.
/// </summary>
public sealed class LanguageModelEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly LanguageModelClientOptions _options;
    private readonly EmbeddingGeneratorMetadata _metadata;

    /// <summary>A generator.</summary>
    /// <param name="model">The model, which stays its caller's.</param>
    /// <param name="options">Pooling and name; null for the defaults.</param>
    /// <exception cref="InputException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">No model, or an option is null or does not exist.</exception>
    public LanguageModelEmbeddingGenerator(LanguageModel model, LanguageModelClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        (Model, _options) = (model, options ?? new LanguageModelClientOptions());
        _options.Validate();
        _metadata = new EmbeddingGeneratorMetadata("ManagedTransformer", null, ModelNames.Of(model, _options), model.EmbeddingWidth);
    }

    /// <summary>The model.</summary>
    public LanguageModel Model { get; }

    /// <summary>One vector per text, in their order.</summary>
    /// <param name="values">The texts, none of them empty.</param>
    /// <param name="options">Dimensions and ModelId must be the model's, where they are given.</param>
    /// <param name="cancellationToken">Ends the work behind the text at hand.</param>
    /// <exception cref="NotSupportedException">The request asks for what the model cannot do, and the message names it.</exception>
    /// <exception cref="InputException">A text is empty or longer than the model's positions.</exception>
    /// <exception cref="ArgumentException">A text is null.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        ModelNames.Require(options?.ModelId, _metadata.DefaultModelId!);
        if (options?.Dimensions is { } dimensions && dimensions != Model.EmbeddingWidth)
        {
            throw new NotSupportedException(
                $"EmbeddingGenerationOptions.Dimensions is {dimensions}, and the model's embeddings have {Model.EmbeddingWidth}.");
        }

        if (options?.AdditionalProperties is { Count: > 0 } more)
        {
            throw new NotSupportedException(
                $"EmbeddingGenerationOptions.AdditionalProperties has '{more.Keys.First()}', which this generator does not know.");
        }

        if (options?.RawRepresentationFactory is not null)
        {
            throw new NotSupportedException(
                "EmbeddingGenerationOptions.RawRepresentationFactory asks for what this generator does not know.");
        }

        GeneratedEmbeddings<Embedding<float>> result = [];
        long tokens = 0;
        foreach (string text in values)
        {
            if (text is null)
            {
                throw new ArgumentException($"Text {result.Count + 1} is null.", nameof(values));
            }

            TextEmbedding embedding = await Task.Run(() => Model.Embed(text, _options.Pooling), cancellationToken).ConfigureAwait(false);
            tokens += embedding.Tokens;
            result.Add(new Embedding<float>(embedding.Vector) { ModelId = _metadata.DefaultModelId, CreatedAt = DateTimeOffset.UtcNow });
        }

        result.Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens };
        return result;
    }

    /// <summary>This generator, its <see cref="EmbeddingGeneratorMetadata"/> or its <see cref="LanguageModel"/>.</summary>
    /// <param name="serviceType">The type that is asked for.</param>
    /// <param name="serviceKey">Null; there are no others.</param>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        ClientServices.Find(serviceType, serviceKey, this, _metadata, Model);

    /// <summary>Does nothing: the model belongs to whoever loaded it.</summary>
    public void Dispose()
    {
    }
}
