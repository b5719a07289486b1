using ManagedTransformer.Data.Text;
using ManagedTransformer.Hashing;

namespace ManagedTransformer.Data.Pairs;

/// <summary>
/// Batches of sentence pairs of similar length (fairseq's rule): pairs are shuffled, sorted by source length and among equals by target
/// length, and cut by <see cref="TokenBatching"/> where the size of a pair is the length of its longer side. The batches are formed once;
/// every epoch shuffles their order. All of it is a function of the seed, so that a run continues from its position with exactly the same
/// batches.
/// </summary>
internal sealed class PairBatches
{
    private readonly IReadOnlyList<TokenPair> _pairs;
    private readonly int[] _order;
    private readonly IReadOnlyList<Range> _batches;
    private readonly ulong _seed;
    private long _shuffledEpoch = -1;
    private int[] _epochOrder = [];

    /// <summary>Forms the batches of a corpus.</summary>
    /// <param name="pairs">The pairs as tokens; eos is added here.</param>
    /// <param name="options">Limits and seed; the defaults where absent.</param>
    /// <exception cref="InputException">There are no pairs, or a sentence alone has more tokens than a batch may.</exception>
    public PairBatches(IReadOnlyList<TokenPair> pairs, PairBatchesOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        options ??= new();
        if (pairs.Count == 0)
        {
            throw new InputException("There are no sentence pairs to make batches of.");
        }

        _pairs = pairs;
        _seed = options.Seed;
        int[] shuffled = Shuffle(pairs.Count, SplitMix64.Hash(_seed, 0, 0));
        _order = [.. shuffled.OrderBy(i => pairs[i].Source.Length).ThenBy(i => pairs[i].Target.Length)];
        int[] sizes = [.. _order.Select(i => Math.Max(pairs[i].Source.Length, pairs[i].Target.Length) + 1)];
        _batches = TokenBatching.Cut(sizes, options.MaxTokens, options.MaxSentences, options.Multiple);
    }

    /// <summary>The number of batches of an epoch.</summary>
    public int BatchesPerEpoch => _batches.Count;

    /// <summary>
    /// Where the source stands: batches given so far, the next one within the epoch (<see cref="BatchPosition.Column"/>) and the epoch
    /// (<see cref="BatchPosition.Pass"/>, from 0). Set it to continue from a checkpoint of the same pairs, limits and seed.
    /// </summary>
    public BatchPosition Position { get; set; }

    /// <summary>The next batch; there is always one.</summary>
    /// <exception cref="InputException">The position is none of these batches.</exception>
    public TranslationBatch Next()
    {
        (long step, long column, long epoch) = Position;
        if (step < 0 || column < 0 || column >= BatchesPerEpoch || epoch < 0)
        {
            throw new InputException(
                $"The saved data position (batch {column} of epoch {epoch}) does not fit {BatchesPerEpoch} batches per epoch; the run "
                + "began with another corpus or batch size.");
        }

        if (epoch != _shuffledEpoch)
        {
            _epochOrder = Shuffle(BatchesPerEpoch, SplitMix64.Hash(_seed, 1, (ulong)epoch));
            _shuffledEpoch = epoch;
        }

        TranslationBatch batch = Form(_batches[_epochOrder[(int)column]]);
        Skip();
        return batch;
    }

    /// <summary>Passes the next batch by: <see cref="Position"/> is as after <see cref="Next"/>.</summary>
    public void Skip()
    {
        (long step, long column, long epoch) = Position;
        Position = column + 1 < BatchesPerEpoch ? new(step + 1, column + 1, epoch) : new(step + 1, 0, epoch + 1);
    }

    /// <summary>Every batch once, shortest sentences first: what validation goes through. The position stays where it is.</summary>
    public IEnumerable<TranslationBatch> All() => _batches.Select(Form);

    private TranslationBatch Form(Range batch) => new([.. _order[batch].Select(i => _pairs[i])]);

    /// <summary>The numbers 0 .. count - 1 in random order (Fisher and Yates).</summary>
    private static int[] Shuffle(int count, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        var random = new SplitMix64(seed);
        for (int i = count - 1; i > 0; i--)
        {
            int other = (int)SplitMix64.Scale(random.Next(), i + 1L);
            (order[i], order[other]) = (order[other], order[i]);
        }

        return order;
    }
}
