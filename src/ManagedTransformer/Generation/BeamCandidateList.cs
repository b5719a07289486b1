using System.Numerics;

namespace ManagedTransformer.Generation;

/// <summary>
/// The best K of all candidates of a sentence, best first, and among equals the one offered first. Rows are scanned a vector at a time
/// against the worst score kept, so that choosing costs little more than reading the scores once.
/// </summary>
internal sealed class BeamCandidateList(int capacity)
{
    private readonly BeamCandidate[] _candidates = new BeamCandidate[capacity];
    private int _limit;
    private int _count;

    public ReadOnlySpan<BeamCandidate> Best => _candidates.AsSpan(0, _count);

    /// <summary>Empties the list.</summary>
    /// <param name="limit">K for what comes, at most the capacity.</param>
    public void Clear(int limit)
    {
        _limit = Math.Min(limit, _candidates.Length);
        _count = 0;
    }

    /// <summary>Offers every token after a hypothesis.</summary>
    /// <param name="parent">The hypothesis.</param>
    /// <param name="score">Its score.</param>
    /// <param name="logProbabilities">[V]</param>
    /// <exception cref="InputException">A log-probability is not a number.</exception>
    public void Offer(int parent, double score, ReadOnlySpan<float> logProbabilities)
    {
        int token = 0;
        while (_count < _limit && token < logProbabilities.Length)
        {
            Insert(new(score + logProbabilities[token], parent, token++));
        }

        while (token < logProbabilities.Length)
        {
            token += CountBelow(logProbabilities[token..], score);
            if (token < logProbabilities.Length)
            {
                Insert(new(score + logProbabilities[token], parent, token++));
            }
        }
    }

    private double Worst => _candidates[_count - 1].Score;

    /// <summary>Counts the leading scores that cannot enter the list.</summary>
    private int CountBelow(ReadOnlySpan<float> logProbabilities, double score)
    {
        // Rounded down, so that no score above the exact threshold is passed over. What is not a number is not below it either.
        var threshold = new Vector<float>(MathF.BitDecrement((float)(Worst - score)));
        int i = 0;
        while (i <= logProbabilities.Length - Vector<float>.Count
            && Vector.LessThanOrEqualAll(new Vector<float>(logProbabilities[i..]), threshold))
        {
            i += Vector<float>.Count;
        }

        while (i < logProbabilities.Length && score + logProbabilities[i] <= Worst)
        {
            i++;
        }

        return i;
    }

    private void Insert(BeamCandidate candidate)
    {
        if (double.IsNaN(candidate.Score))
        {
            throw new InputException(
                $"The model's score of token {candidate.Token} is not a number: its weights are damaged or training diverged.");
        }

        if (_count == _limit && !(candidate.Score > Worst))
        {
            return;
        }

        int place = _count < _limit ? _count++ : _count - 1;
        for (; place > 0 && _candidates[place - 1].Score < candidate.Score; place--)
        {
            _candidates[place] = _candidates[place - 1];
        }

        _candidates[place] = candidate;
    }
}
