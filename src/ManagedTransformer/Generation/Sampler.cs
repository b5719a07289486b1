using System.Numerics;
using ManagedTransformer.Generation.Processors;
using ManagedTransformer.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ManagedTransformer.Generation;

/// <summary>
/// Draws the next token from logits: processors, then temperature, top-k, top-p, min-p and typical-p, then one uniform number. Processors
/// and their order are those of Hugging Face's transformers (see <see cref="GenerationOptions"/>). At temperature 0 the likeliest token
/// after the processors is taken.
/// </summary>
public sealed class Sampler
{
    private readonly GenerationOptions _options;
    private readonly LogitsChain _chain;
    private readonly float _temperature, _topP;
    private readonly int _topK;
    private readonly RandomSource _random;
    private readonly float[] _probabilities;
    private readonly ulong[] _ranks;

    /// <summary>A sampler for one sequence.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="vocabulary">Number of tokens.</param>
    public Sampler(GenerationOptions options, int vocabulary)
    {
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
    public int Next(ReadOnlySpan<float> logits)
    {
        if (_chain.IsEmpty)
        {
            RequireFinite(logits);
            return Draw(logits);
        }

        return Next(logits.ToArray(), [], 0);
    }

    /// <summary>The next token of a text.</summary>
    /// <param name="logits">Scores of all tokens, which the processors change.</param>
    /// <param name="tokens">The text so far: the prompt, then what was generated.</param>
    /// <param name="promptLength">How many of the tokens are the prompt.</param>
    /// <exception cref="InputException">The options rule out every token, or the logits are not finite.</exception>
    public int Next(Span<float> logits, ReadOnlySpan<int> tokens, int promptLength)
    {
        RequireFinite(logits);
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
            return NextOfLikeliest(count, total);
        }

        double draw = _random.NextUnit() * total;
        for (int i = 0; i < count; i++)
        {
            draw -= _probabilities[i];
            if (draw < 0)
            {
                return i;
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
        foreach (float probability in probabilities[..logits.Length])
        {
            total += probability;
        }

        return total;
    }

    private int NextOfLikeliest(int count, double total)
    {
        Span<ulong> ranks = _ranks.AsSpan(0, Rank(count, total));
        if (_topK > 0 && _topK < ranks.Length)
        {
            Selection.MoveSmallest(ranks, _topK);
            ranks = ranks[.._topK];
        }

        ranks.Sort();
        (int kept, double mass) = Nucleus(ranks, _topK > 0 ? Mass(ranks) : total);
        double draw = _random.NextUnit() * mass;
        for (int i = 0; i < kept; i++)
        {
            draw -= _probabilities[TokenOf(ranks[i])];
            if (draw < 0)
            {
                return TokenOf(ranks[i]);
            }
        }

        while (_probabilities[TokenOf(ranks[kept - 1])] == 0)
        {
            kept--;
        }

        return TokenOf(ranks[kept - 1]);
    }

    /// <summary>
    /// Numbers that rise from the likeliest token to the least likely, equal ones in the order of their ids. With top-p alone, tokens are
    /// left out that are so unlikely that all of them together do not make up the probability that top-p leaves out.
    /// </summary>
    /// <returns>How many.</returns>
    private int Rank(int count, double total)
    {
        float least = _topK > 0 ? 0 : (float)((1 - (double)_topP) * total / count * 0.999);
        int ranked = 0;
        for (int i = 0; i < count; i++)
        {
            // The bits of a number that is not negative rise with it.
            if (_probabilities[i] >= least)
            {
                _ranks[ranked++] = (ulong)~BitConverter.SingleToUInt32Bits(_probabilities[i]) << 32 | (uint)i;
            }
        }

        return ranked;
    }

    private double Mass(ReadOnlySpan<ulong> ranks)
    {
        double mass = 0;
        foreach (ulong rank in ranks)
        {
            mass += _probabilities[TokenOf(rank)];
        }

        return mass;
    }

    /// <summary>The fewest of the likeliest tokens that have the share top-p of a mass, and what they have.</summary>
    private (int Kept, double Mass) Nucleus(ReadOnlySpan<ulong> ranks, double mass)
    {
        double wanted = mass * _topP, sum = 0;
        for (int i = 0; i < ranks.Length; i++)
        {
            sum += _probabilities[TokenOf(ranks[i])];
            if (sum >= wanted)
            {
                return (i + 1, sum);
            }
        }

        return (ranks.Length, sum);
    }

    private static int TokenOf(ulong rank) => (int)(uint)rank;
}
