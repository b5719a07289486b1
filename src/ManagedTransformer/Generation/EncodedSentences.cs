using System.Diagnostics;
using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Generation;

/// <summary>Sentences that are encoded once and searched as often as needed, so that ways to decode them can be compared.</summary>
internal sealed class EncodedSentences
{
    private readonly List<EncodedBatch> _batches = [];

    /// <summary>Encodes sentences.</summary>
    /// <param name="model">The network.</param><param name="sources">Ids of the sentences without their eos, with which none is longer than the model's positions.</param>
    /// <param name="batch">Sentences that are searched at once.</param><param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    public EncodedSentences(EncoderDecoderModel model, IReadOnlyList<int[]> sources, int batch, CancellationToken cancellation)
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

    /// <summary>The best hypothesis of every sentence, in the order of the sentences.</summary>
    /// <param name="options">How to search.</param><param name="exits">When tokens leave the decoder.</param><param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <param name="seconds">How long it took; the encoder is not part of it.</param>
    public Hypothesis[] Search(BeamSearchOptions options, ExitRule exits, CancellationToken cancellation, out double seconds)
    {
        Hypothesis[] best = new Hypothesis[Lengths.Count];
        using NoGradientScope _ = new();
        long start = Stopwatch.GetTimestamp();
        foreach (EncodedBatch batch in _batches)
        {
            cancellation.ThrowIfCancellationRequested();
            using StepScope scope = new();
            batch.Search(options, exits, best);
        }

        seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return best;
    }

    /// <summary>Runs all code of a search once, on one batch, before anything is measured.</summary>
    /// <param name="options">How to search.</param><param name="exits">When tokens leave the decoder.</param>
    public void WarmUp(BeamSearchOptions options, ExitRule exits)
    {
        using NoGradientScope _ = new();
        using StepScope scope = new();
        _batches[0].Search(options, exits, new Hypothesis[Lengths.Count]);
    }
}
