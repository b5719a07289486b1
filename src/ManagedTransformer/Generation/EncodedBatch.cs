using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Generation;

/// <summary>Encoded sentences of similar length that are searched side by side.</summary>
internal sealed class EncodedBatch
{
    private readonly EncoderDecoderModel _model;
    private readonly int[] _lengths;

    /// <summary>Encodes sentences; the states live as long as the step they are made in, unless they are kept.</summary>
    /// <param name="model">The network.</param>
    /// <param name="sources">Ids of all sentences without their eos.</param>
    /// <param name="numbers">Those that belong to the batch.</param>
    public EncodedBatch(EncoderDecoderModel model, IReadOnlyList<int[]> sources, int[] numbers)
    {
        (_model, Numbers) = (model, numbers);
        _lengths = [.. numbers.Select(i => sources[i].Length + 1)];
        int[] tokens = TranslationBatch.PadSources([.. numbers.Select(i => sources[i])], out int length);
        Memory = model.Encode(Tensor.From(tokens, new Shape(numbers.Length, length)), ForwardContext.Inference);
    }

    /// <summary>The numbers of the sentences.</summary>
    public int[] Numbers { get; }

    /// <summary>The encoder's output, which the decoder attends to.</summary>
    public EncoderOutput Memory { get; }

    /// <summary>Divides sentences into batches of similar length.</summary>
    /// <param name="sources">Ids of the sentences.</param>
    /// <param name="batch">Sentences per batch.</param>
    /// <returns>The numbers of the sentences of every batch.</returns>
    public static IEnumerable<int[]> Divide(IReadOnlyList<int[]> sources, int batch) =>
        Enumerable.Range(0, sources.Count).OrderBy(i => sources[i].Length).Chunk(batch);

    /// <summary>Searches the translations of every sentence.</summary>
    /// <param name="options">How to search.</param>
    /// <param name="prefix">Tokens that every translation begins with.</param>
    /// <param name="exits">When tokens leave the decoder; null: as the model's configuration says.</param>
    /// <param name="found">Receives the hypotheses, best first, at the sentences' numbers.</param>
    public void Search(BeamSearchOptions options, IReadOnlyList<int> prefix, DepthRule? exits, IReadOnlyList<Hypothesis>[] found)
    {
        BeamSearch search = new(options with { MaxPositions = Math.Min(options.MaxPositions, _model.Config.MaxPositions) })
        {
            Tokens = SearchTokens.Translation with { Prefix = prefix },
        };
        search.RequireRoom(_model.Config.Vocab, Numbers.Length);
        IReadOnlyList<IReadOnlyList<Hypothesis>> all =
            search.Search(new TranslationScorer(_model, Memory, options.Beam, exits), _lengths);
        for (int i = 0; i < Numbers.Length; i++)
        {
            found[Numbers[i]] = all[i];
        }
    }
}
