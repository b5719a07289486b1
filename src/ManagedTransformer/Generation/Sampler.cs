using ManagedTransformer.Tensors;

namespace ManagedTransformer.Generation;

/// <summary>Draws the next token from logits: temperature, then top-k, then top-p, then one uniform number.</summary>
public sealed class Sampler
{
    private readonly GenerationOptions _options;
    private readonly RandomSource _random;
    private readonly float[] _probabilities;
    private readonly int[] _order;

    /// <summary>A sampler for one sequence.</summary>
    /// <param name="options">Validated options.</param><param name="vocabulary">Number of tokens.</param>
    public Sampler(GenerationOptions options, int vocabulary)
    {
        options.Validate();
        _options = options;
        _random = new RandomSource(options.Seed);
        _probabilities = new float[vocabulary];
        _order = new int[vocabulary];
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

        double total = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            _probabilities[i] = MathF.Exp((logits[i] - logits[best]) / _options.Temperature);
            _order[i] = i;
            total += _probabilities[i];
        }

        int kept = logits.Length;
        if ((_options.TopK > 0 && _options.TopK < kept) || _options.TopP < 1)
        {
            // Likeliest first; ties by id, so that the outcome does not depend on the sort.
            Array.Sort(_order, (a, b) => _probabilities[a] != _probabilities[b] ? _probabilities[b].CompareTo(_probabilities[a]) : a.CompareTo(b));
            kept = _options.TopK > 0 ? Math.Min(kept, _options.TopK) : kept;
            (kept, total) = Nucleus(kept);
        }

        double draw = Unit() * total;
        for (int i = 0; i < kept; i++)
        {
            draw -= _probabilities[_order[i]];
            if (draw < 0)
            {
                return _order[i];
            }
        }

        return _order[kept - 1];
    }

    private (int Kept, double Mass) Nucleus(int kept)
    {
        double mass = 0;
        for (int i = 0; i < kept; i++)
        {
            mass += _probabilities[_order[i]];
        }

        double wanted = mass * _options.TopP, sum = 0;
        for (int i = 0; i < kept; i++)
        {
            sum += _probabilities[_order[i]];
            if (sum >= wanted)
            {
                return (i + 1, sum);
            }
        }

        return (kept, mass);
    }

    private double Unit() => _random.NextUnit();

    private static int IndexOfLargest(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            if (!float.IsFinite(logits[i]))
            {
                throw new InvalidOperationException($"The model's score of token {i} is {logits[i]}: its weights are damaged or training diverged.");
            }

            if (logits[i] > logits[best])
            {
                best = i;
            }
        }

        return best;
    }
}
