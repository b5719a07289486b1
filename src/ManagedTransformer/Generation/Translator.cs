using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Data;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Generation;

/// <summary>Searches translations of many sentences, those of similar length side by side.</summary>
internal static class Translator
{
    /// <summary>The best hypothesis of every sentence, in the order of the sentences.</summary>
    /// <param name="model">The network.</param><param name="sources">Ids of the sentences without their eos, with which none is longer than the model's positions.</param>
    /// <param name="options">How to search.</param><param name="batch">Sentences that are searched at once.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    public static Hypothesis[] Run(
        EncoderDecoderModel model, IReadOnlyList<int[]> sources, BeamSearchOptions options, int batch, CancellationToken cancellation = default)
    {
        BeamSearch search = new(options with { MaxPositions = Math.Min(options.MaxPositions, model.Config.MaxPositions) });
        Hypothesis[] best = new Hypothesis[sources.Count];
        foreach (int[] numbers in Enumerable.Range(0, sources.Count).OrderBy(i => sources[i].Length).Chunk(batch))
        {
            cancellation.ThrowIfCancellationRequested();
            IReadOnlyList<IReadOnlyList<Hypothesis>> found = Search(model, search, options.Beam, [.. numbers.Select(i => sources[i])]);
            for (int i = 0; i < numbers.Length; i++)
            {
                best[numbers[i]] = found[i][0];
            }
        }

        return best;
    }

    private static IReadOnlyList<IReadOnlyList<Hypothesis>> Search(EncoderDecoderModel model, BeamSearch search, int beam, int[][] sources)
    {
        using NoGradientScope _ = new();
        using StepScope scope = new();
        int[] tokens = TranslationBatch.PadSources(sources, out int length);
        EncoderOutput memory = model.Encode(Tensor.From(tokens, new Shape(sources.Length, length)), ForwardContext.Inference);
        return search.Search(new TranslationSearch(model, memory, beam), [.. sources.Select(source => source.Length + 1)]);
    }
}
