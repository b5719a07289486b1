using System.Runtime.InteropServices;

namespace ManagedTransformer.Generation;

/// <summary>The search of one sentence: its B live hypotheses, what they were extended from, and what is finished.</summary>
internal sealed class Beam
{
    private readonly BeamSearchOptions _options;
    private readonly SearchTokens _tokens;
    private readonly int _limit;
    private readonly double[] _scores;
    private readonly BeamCandidate[] _live;
    private readonly List<SearchStep> _steps = [];
    private readonly List<Hypothesis> _finished = [];
    private readonly BeamCandidateList _candidates;

    /// <summary>A search that has read nothing.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="tokens">The tokens that mean something.</param>
    /// <param name="sourceLength">Source tokens, eos included.</param>
    public Beam(BeamSearchOptions options, SearchTokens tokens, int sourceLength)
    {
        (_options, _tokens) = (options, tokens);
        _limit = Math.Max(options.Limit(sourceLength), tokens.Prefix.Count);
        _scores = new double[options.Beam];
        _live = new BeamCandidate[options.Beam];
        _live.AsSpan().Fill(new(0, 0, tokens.Start));
        _candidates = new(Widening * options.Beam);
    }

    /// <summary>The live hypotheses, best first: each one's last token and which one before it extends.</summary>
    public ReadOnlySpan<BeamCandidate> Live => _live;

    /// <summary>True when the search is over.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The finished hypotheses, best first.</summary>
    public IReadOnlyList<Hypothesis> Results =>
        [.. _finished.OrderByDescending(hypothesis => hypothesis.Score).Take(_options.Beam)];

    // So many candidates per hypothesis that B of them go on, even if every end of every hypothesis is among the best.
    private int Widening => Math.Max(2, 1 + _tokens.Ends.Count);

    /// <summary>Extends the live hypotheses by one token.</summary>
    /// <param name="scores">Log-probabilities after each of them, [B, V]; altered.</param>
    /// <param name="exits">The exit of each; empty for models of fixed depth.</param>
    /// <param name="processing">Processors of the scores, and the text before all hypotheses; null for none.</param>
    /// <param name="observer">Told the candidates that go on; null for nobody.</param>
    public void Advance(
        Span<float> scores, ReadOnlySpan<int> exits, SearchProcessing? processing, Action<BeamCandidate[]>? observer)
    {
        int step = _steps.Count, beam = _options.Beam, vocabulary = scores.Length / beam;

        // All hypotheses are the same at first, so that only one of them may be extended.
        int rows = step == 0 ? 1 : beam;
        _candidates.Clear((int)Math.Min((long)Widening * beam, (long)rows * vocabulary - 1));
        for (int row = 0; row < rows; row++)
        {
            Span<float> logProbabilities = scores.Slice(row * vocabulary, vocabulary);
            processing?.Process(this, row, logProbabilities);
            Restrict(logProbabilities, step);
            _candidates.Offer(row, _scores[row], logProbabilities);
        }

        int live = 0;
        ReadOnlySpan<BeamCandidate> best = _candidates.Best;
        for (int rank = 0; rank < best.Length && live < beam; rank++)
        {
            if (!_tokens.Ends.Contains(best[rank].Token))
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
        if (!_tokens.MustEnd && !IsDone && step + 1 >= _limit)
        {
            FinishAll();
        }
    }

    /// <summary>Writes the tokens of a live hypothesis, without the one that all start with, behind others.</summary>
    /// <param name="row">Which one.</param>
    /// <param name="text">Receives them.</param>
    public void Read(int row, List<int> text)
    {
        int start = text.Count;
        CollectionsMarshal.SetCount(text, start + _steps.Count);
        for (int step = _steps.Count - 1; step >= 0; step--)
        {
            text[start + step] = _steps[step].Tokens[row];
            row = _steps[step].Parents[row];
        }
    }

    /// <summary>Takes out what may not follow.</summary>
    private void Restrict(Span<float> logProbabilities, int step)
    {
        if (_tokens.Padding is { } padding)
        {
            logProbabilities[padding] = float.NegativeInfinity;
        }

        if (_tokens.Unknown is { } unknown)
        {
            logProbabilities[unknown] -= _options.UnknownPenalty;
        }

        if (step < _tokens.Prefix.Count)
        {
            Force(logProbabilities, [_tokens.Prefix[step]]);
        }
        else if (step >= _limit && _tokens.MustEnd)
        {
            Force(logProbabilities, _tokens.Ends);
        }
        else if (step < _options.MinLength)
        {
            foreach (int end in _tokens.Ends)
            {
                logProbabilities[end] = float.NegativeInfinity;
            }
        }
    }

    /// <summary>Lets nothing follow but some tokens.</summary>
    private static void Force(Span<float> logProbabilities, IReadOnlyList<int> tokens)
    {
        Span<float> kept = stackalloc float[tokens.Count];
        for (int i = 0; i < kept.Length; i++)
        {
            kept[i] = logProbabilities[tokens[i]];
        }

        logProbabilities.Fill(float.NegativeInfinity);
        for (int i = 0; i < kept.Length; i++)
        {
            logProbabilities[tokens[i]] = kept[i];
        }
    }

    /// <summary>Finishes the live hypotheses as they are.</summary>
    private void FinishAll()
    {
        IsDone = true;
        for (int row = 0; row < _live.Length; row++)
        {
            if (!double.IsNegativeInfinity(_scores[row]))
            {
                _finished.Add(Follow(row, new int[_steps.Count], new float[_steps.Count],
                    _steps[^1].Exits.Length > 0 ? new int[_steps.Count] : [], _steps.Count - 1, _scores[row]));
            }
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

        return Follow(end.Parent, tokens, logProbabilities, exitsTaken, length - 2, end.Score);
    }

    /// <summary>Fills in what a hypothesis took up to a step.</summary>
    private Hypothesis Follow(int hypothesis, int[] tokens, float[] logProbabilities, int[] exits, int last, double score)
    {
        for (int step = last; step >= 0; step--)
        {
            SearchStep taken = _steps[step];
            tokens[step] = taken.Tokens[hypothesis];
            logProbabilities[step] = taken.LogProbabilities[hypothesis];
            if (exits.Length > 0)
            {
                exits[step] = taken.Exits[hypothesis];
            }

            hypothesis = taken.Parents[hypothesis];
        }

        return new(tokens, _options.Rank(score, tokens.Length), logProbabilities, exits);
    }
}
