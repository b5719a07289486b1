using System.Numerics;
using ManagedTransformer.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ManagedTransformer.Generation;

/// <summary>Draws the next token from logits: temperature, then top-k, then top-p, then one uniform number.</summary>
public sealed class Sampler
{
    private readonly GenerationOptions _options;
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
        _random = new RandomSource(options.Seed);
        _probabilities = new float[vocabulary];
        _ranks = new ulong[vocabulary];
    }

    /// <summary>The next token.</summary>
    /// <param name="logits">Scores of all tokens.</param>
    /// <exception cref="InvalidOperationException">The logits are not finite.</exception>
    public int Next(ReadOnlySpan<float> logits)
    {
        int best = IndexOfLargest(logits);
        if (_options.Temperature == 0)
        {
            return best;
        }

        double total = Exponentials(logits, logits[best]);
        int count = logits.Length;
        if ((_options.TopK > 0 && _options.TopK < count) || _options.TopP < 1)
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

        return count - 1;
    }

    private double Exponentials(ReadOnlySpan<float> logits, float largest)
    {
        Span<float> probabilities = _probabilities;
        Vector<float> shift = new(largest);
        float temperature = _options.Temperature;
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
        if (_options.TopK > 0 && _options.TopK < ranks.Length)
        {
            Selection.MoveSmallest(ranks, _options.TopK);
            ranks = ranks[.._options.TopK];
        }

        ranks.Sort();
        (int kept, double mass) = Nucleus(ranks, _options.TopK > 0 ? Mass(ranks) : total);
        double draw = _random.NextUnit() * mass;
        for (int i = 0; i < kept; i++)
        {
            draw -= _probabilities[TokenOf(ranks[i])];
            if (draw < 0)
            {
                return TokenOf(ranks[i]);
            }
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
        float least = _options.TopK > 0 ? 0 : (float)((1 - (double)_options.TopP) * total / count * 0.999);
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
        double wanted = mass * _options.TopP, sum = 0;
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

    private static int IndexOfLargest(ReadOnlySpan<float> logits)
    {
        if (!TensorPrimitives.IsFiniteAll(logits))
        {
            int token = 0;
            while (float.IsFinite(logits[token]))
            {
                token++;
            }

            throw new InvalidOperationException(
                $"The model's score of token {token} is {logits[token]}: its weights are damaged or training diverged.");
        }

        return TensorPrimitives.IndexOfMax(logits);
    }
}
