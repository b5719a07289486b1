using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Generation;

/// <summary>The search of one sentence: its B live hypotheses, what they were extended from, and what is finished.</summary>
internal sealed class Beam
{
    private readonly BeamSearchOptions _options;
    private readonly int _limit;
    private readonly double[] _scores;
    private readonly BeamCandidate[] _live;
    private readonly List<SearchStep> _steps = [];
    private readonly List<Hypothesis> _finished = [];
    private readonly BeamCandidateList _candidates;

    /// <summary>A search that has read nothing.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="sourceLength">Source tokens, eos included.</param>
    public Beam(BeamSearchOptions options, int sourceLength)
    {
        _options = options;
        _limit = options.Limit(sourceLength);
        _scores = new double[options.Beam];
        _live = new BeamCandidate[options.Beam];
        _live.AsSpan().Fill(new(0, 0, SpecialIds.Eos));
        _candidates = new(2 * options.Beam);
    }

    /// <summary>The live hypotheses, best first: each one's last token and which one before it extends.</summary>
    public ReadOnlySpan<BeamCandidate> Live => _live;

    /// <summary>True when the search is over.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The finished hypotheses, best first.</summary>
    public IReadOnlyList<Hypothesis> Results => [.. _finished.OrderByDescending(hypothesis => hypothesis.Score)];

    /// <summary>Extends the live hypotheses by one token.</summary>
    /// <param name="scores">Log-probabilities after each of them, [B, V]; altered.</param>
    /// <param name="exits">The exit of each; empty for models of fixed depth.</param>
    /// <param name="observer">Told the candidates that go on; null for nobody.</param>
    public void Advance(Span<float> scores, ReadOnlySpan<int> exits, Action<BeamCandidate[]>? observer)
    {
        int step = _steps.Count, beam = _options.Beam, vocabulary = scores.Length / beam;

        // All hypotheses are the same at first, so that only one of them may be extended.
        int rows = step == 0 ? 1 : beam;
        _candidates.Clear((int)Math.Min(2L * beam, (long)rows * vocabulary - 1));
        for (int row = 0; row < rows; row++)
        {
            Span<float> logProbabilities = scores.Slice(row * vocabulary, vocabulary);
            Restrict(logProbabilities, step);
            _candidates.Offer(row, _scores[row], logProbabilities);
        }

        int live = 0;
        ReadOnlySpan<BeamCandidate> best = _candidates.Best;
        for (int rank = 0; rank < best.Length && live < beam; rank++)
        {
            if (best[rank].Token != SpecialIds.Eos)
            {
                _live[live++] = best[rank];
            }
            else if (rank < beam && _finished.Count < beam && !double.IsNegativeInfinity(best[rank].Score))
            {
                _finished.Add(Finish(best[rank], scores, vocabulary, exits));
            }
        }

        var taken = new SearchStep(beam, exits.Length > 0);
        for (int i = 0; i < beam; i++)
        {
            BeamCandidate candidate = _live[i];
            taken.Set(i, candidate, scores[candidate.Parent * vocabulary + candidate.Token], exits);
            _scores[i] = candidate.Score;
        }

        _steps.Add(taken);
        if (step < _limit)
        {
            observer?.Invoke([.. _live]);
        }

        IsDone = _finished.Count == beam || step == _limit;
    }

    /// <summary>Takes out what may not follow.</summary>
    private void Restrict(Span<float> logProbabilities, int step)
    {
        logProbabilities[SpecialIds.Pad] = float.NegativeInfinity;
        logProbabilities[SpecialIds.Unknown] -= _options.UnknownPenalty;
        if (step >= _limit)
        {
            float end = logProbabilities[SpecialIds.Eos];
            logProbabilities.Fill(float.NegativeInfinity);
            logProbabilities[SpecialIds.Eos] = end;
        }
        else if (step < _options.MinLength)
        {
            logProbabilities[SpecialIds.Eos] = float.NegativeInfinity;
        }
    }

    private Hypothesis Finish(BeamCandidate end, ReadOnlySpan<float> scores, int vocabulary, ReadOnlySpan<int> exits)
    {
        int length = _steps.Count + 1;
        int[] tokens = new int[length], exitsTaken = exits.Length > 0 ? new int[length] : [];
        float[] logProbabilities = new float[length];
        tokens[^1] = end.Token;
        logProbabilities[^1] = scores[end.Parent * vocabulary + end.Token];
        if (exitsTaken.Length > 0)
        {
            exitsTaken[^1] = exits[end.Parent];
        }

        int hypothesis = end.Parent;
        for (int step = length - 2; step >= 0; step--)
        {
            SearchStep taken = _steps[step];
            tokens[step] = taken.Tokens[hypothesis];
            logProbabilities[step] = taken.LogProbabilities[hypothesis];
            if (exitsTaken.Length > 0)
            {
                exitsTaken[step] = taken.Exits[hypothesis];
            }

            hypothesis = taken.Parents[hypothesis];
        }

        return new(tokens, _options.Rank(end.Score, length), logProbabilities, exitsTaken);
    }
}
