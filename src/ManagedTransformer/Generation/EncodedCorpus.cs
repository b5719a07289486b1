using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Generation;

/// <summary>Sentences that are encoded once and searched as often as needed, so that ways to decode them can be compared.</summary>
internal sealed class EncodedCorpus
{
    private readonly List<EncodedBatch> _batches = [];

    /// <summary>Encodes sentences.</summary>
    /// <param name="model">The network.</param>
    /// <param name="sources">Ids of the sentences without their eos, with which none is longer than the model's positions.</param>
    /// <param name="batch">Sentences that are searched at once.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    public EncodedCorpus(EncoderDecoderModel model, IReadOnlyList<int[]> sources, int batch, CancellationToken cancellation)
    {
        Lengths = [.. sources.Select(source => source.Length + 1)];
        using NoGradientScope _ = new();
        foreach (int[] numbers in EncodedBatch.Divide(sources, batch))
        {
            cancellation.ThrowIfCancellationRequested();
            using StepScope scope = new();
            EncodedBatch encoded = new(model, sources, numbers);
            encoded.Memory.States.Keep();
            encoded.Memory.Padding?.Keep();
            _batches.Add(encoded);
        }
    }

    /// <summary>Tokens of every sentence, eos included.</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>Number of batches; the later ones have longer sentences.</summary>
    public int Batches => _batches.Count;

    /// <summary>The best hypothesis of every sentence, in the order of the sentences.</summary>
    /// <param name="options">How to search.</param>
    /// <param name="exits">When tokens leave the decoder.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    public Hypothesis[] Search(BeamSearchOptions options, DepthRule exits, CancellationToken cancellation)
    {
        var found = new IReadOnlyList<Hypothesis>[Lengths.Count];
        for (int batch = 0; batch < _batches.Count; batch++)
        {
            cancellation.ThrowIfCancellationRequested();
            Search(batch, options, exits, found);
        }

        return [.. found.Select(hypotheses => hypotheses[0])];
    }

    /// <summary>The best hypotheses of the sentences of one batch.</summary>
    /// <param name="batch">Its number.</param>
    /// <param name="options">How to search.</param>
    /// <param name="exits">When tokens leave the decoder.</param>
    public IEnumerable<Hypothesis> Search(int batch, BeamSearchOptions options, DepthRule exits)
    {
        var found = new IReadOnlyList<Hypothesis>[Lengths.Count];
        Search(batch, options, exits, found);
        return _batches[batch].Numbers.Select(sentence => found[sentence][0]);
    }

    private void Search(int batch, BeamSearchOptions options, DepthRule exits, IReadOnlyList<Hypothesis>[] found)
    {
        using NoGradientScope _ = new();
        using StepScope scope = new();
        _batches[batch].Search(options, [], exits, found);
    }
}
