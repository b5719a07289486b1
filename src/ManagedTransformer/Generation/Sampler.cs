using System.Numerics;
using ManagedTransformer.Generation.Processors;
using ManagedTransformer.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ManagedTransformer.Generation;

/// <summary>
/// Draws the next token from logits: processors, then temperature, top-k, top-p, min-p and typical-p, then one uniform number. Processors
/// and their order are those of Hugging Face's transformers (see <see cref="GenerationOptions"/>). At temperature 0 the likeliest token
/// after the processors is taken, of several the one with the lowest id.
/// </summary>
public sealed class Sampler
{
    /// <summary>Tokens whose probabilities are summed up together, so that a draw passes most of them by.</summary>
    private const int Block = 1024;

    private readonly GenerationOptions _options;
    private readonly LogitsChain _chain;
    private readonly float _temperature, _topP;
    private readonly int _topK;
    private readonly RandomSource _random;
    private readonly float[] _probabilities;
    private readonly ulong[] _ranks;

    /// <summary>A sampler for one sequence.</summary>
    /// <param name="options">How it draws.</param>
    /// <param name="vocabulary">Number of tokens, at least 1.</param>
    /// <exception cref="InputException">An option out of its range.</exception>
    public Sampler(GenerationOptions options, int vocabulary)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabulary, 1);
        options.Validate();
        _options = options;
        _chain = LogitsChain.Of(options);

        // What the chain warps is not warped again.
        (_temperature, _topK, _topP) = _chain.HasWarpers ? (1, 0, 1) : (options.Temperature, options.TopK, options.TopP);
        _random = new RandomSource(options.Seed);
        _probabilities = new float[vocabulary];
        _ranks = new ulong[vocabulary];
    }

    /// <summary>The next token of a text that has none yet.</summary>
    /// <param name="logits">Scores of all tokens.</param>
    /// <exception cref="InputException">The options rule out every token, or the logits are not finite.</exception>
    /// <exception cref="ArgumentException">Not as many scores as tokens.</exception>
    public int Next(ReadOnlySpan<float> logits)
    {
        Require(logits);
        if (_chain.IsEmpty)
        {
            return Draw(logits);
        }

        return Next(logits.ToArray(), [], 0);
    }

    /// <summary>The next token of a text.</summary>
    /// <param name="logits">Scores of all tokens, which the processors change.</param>
    /// <param name="tokens">The text so far: the prompt, then what was generated.</param>
    /// <param name="promptLength">How many of the tokens are the prompt.</param>
    /// <exception cref="InputException">The options rule out every token, or the logits are not finite.</exception>
    /// <exception cref="ArgumentException">Not as many scores as tokens, or a prompt longer than the text.</exception>
    public int Next(Span<float> logits, ReadOnlySpan<int> tokens, int promptLength)
    {
        Require(logits);
        ArgumentOutOfRangeException.ThrowIfNegative(promptLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(promptLength, tokens.Length);
        if (!_chain.IsEmpty)
        {
            _chain.Process(tokens, promptLength, logits);
        }

        return Draw(logits);
    }

    /// <summary>Refuses scores that no sound model gives.</summary>
    /// <param name="logits">[V]</param>
    /// <exception cref="InputException">One is infinite or no number.</exception>
    internal static void RequireFinite(ReadOnlySpan<float> logits)
    {
        if (!TensorPrimitives.IsFiniteAll(logits))
        {
            int token = 0;
            while (float.IsFinite(logits[token]))
            {
                token++;
            }

            throw new InputException(
                $"The model's score of token {token} is {logits[token]}: its weights are damaged or training diverged.");
        }
    }

    private void Require(ReadOnlySpan<float> logits)
    {
        if (logits.Length != _ranks.Length)
        {
            throw new ArgumentException($"There are {logits.Length} scores, and the sampler has {_ranks.Length} tokens.", nameof(logits));
        }

        RequireFinite(logits);
    }

    private int Draw(ReadOnlySpan<float> logits)
    {
        int best = TensorPrimitives.IndexOfMax(logits);
        if (_options.Temperature == 0)
        {
            return best;
        }

        double total = Exponentials(logits, logits[best]);
        int count = logits.Length;
        if ((_topK > 0 && _topK < count) || _topP < 1)
        {
            return NextOfLikeliest(logits, total);
        }

        double draw = _random.NextUnit() * total;
        for (int begin = 0; begin < count; begin += Block)
        {
            ReadOnlySpan<float> block = _probabilities.AsSpan(begin, Math.Min(Block, count - begin));
            double mass = Sum(block);
            if (draw >= mass)
            {
                draw -= mass;
                continue;
            }

            for (int i = 0; i < block.Length; i++)
            {
                draw -= block[i];
                if (draw < 0)
                {
                    return begin + i;
                }
            }
        }

        // Rounding left something over: the last token that can be drawn.
        int last = count - 1;
        while (_probabilities[last] == 0)
        {
            last--;
        }

        return last;
    }

    private double Exponentials(ReadOnlySpan<float> logits, float largest)
    {
        Span<float> probabilities = _probabilities;
        Vector<float> shift = new(largest);
        float temperature = _temperature;
        int i = 0;
        for (; i <= logits.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Exp((new Vector<float>(logits[i..]) - shift) / temperature).CopyTo(probabilities[i..]);
        }

        for (; i < logits.Length; i++)
        {
            probabilities[i] = MathF.Exp((logits[i] - largest) / temperature);
        }

        double total = 0;
        for (int begin = 0; begin < logits.Length; begin += Block)
        {
            total += Sum(probabilities[begin..Math.Min(begin + Block, logits.Length)]);
        }

        return total;
    }

    private static double Sum(ReadOnlySpan<float> values)
    {
        Vector<double> lower = default, upper = default;
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(values[i..]), out Vector<double> first, out Vector<double> second);
            lower += first;
            upper += second;
        }

        double sum = Vector.Sum(lower + upper);
        for (; i < values.Length; i++)
        {
            sum += values[i];
        }

        return sum;
    }

    private int NextOfLikeliest(ReadOnlySpan<float> logits, double total)
    {
        ReadOnlySpan<float> probabilities = _probabilities.AsSpan(0, logits.Length);
        double least = _topK > 0 ? 0 : (float)Ranking.Least(_topP, total, logits.Length);
        Ranking ranking = new(logits, _ranks, _temperature, probabilities, least);
        Span<ulong> ranks = ranking.Ranks;
        if (_topK > 0)
        {
            ranks = ranks[..ranking.MoveBest(_topK)];
        }

        ranks.Sort();
        double all = _topK > 0 ? Ranking.Nucleus(ranks, probabilities, double.PositiveInfinity).Mass : total;
        (int kept, double mass) = Ranking.Nucleus(ranks, probabilities, all * _topP);
        double draw = _random.NextUnit() * mass;
        for (int i = 0; i < kept; i++)
        {
            draw -= probabilities[Ranking.TokenOf(ranks[i])];
            if (draw < 0)
            {
                return Ranking.TokenOf(ranks[i]);
            }
        }

        while (probabilities[Ranking.TokenOf(ranks[kept - 1])] == 0)
        {
            kept--;
        }

        return Ranking.TokenOf(ranks[kept - 1]);
    }
}
