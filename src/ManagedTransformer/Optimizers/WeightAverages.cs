using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Optimizers;

/// <summary>
/// Exponential moving averages of parameters over the updates: a = decay a + (1 - decay) w, beginning with the w of the first update.
/// </summary>
internal sealed class WeightAverages
{
    private readonly (NamedParameter Named, Tensor Average)[] _entries;
    private readonly float _decay;

    /// <summary>Averages of no update yet.</summary>
    /// <param name="parameters">What is averaged.</param>
    /// <param name="decay">The share of an average that stays at an update.</param>
    public WeightAverages(IReadOnlyList<NamedParameter> parameters, float decay)
    {
        _decay = decay;
        _entries = [.. parameters.Select(named => (named, Tensor.Zeros(named.Parameter.Shape, named.Parameter.Device).Keep()))];
    }

    /// <summary>Updates that the averages have seen; set it to continue from a checkpoint.</summary>
    public long Updates { get; set; }

    /// <summary>The averages, by the names of their parameters.</summary>
    public IEnumerable<NamedBuffer> State() => _entries.Select(entry => new NamedBuffer(entry.Named.Name, entry.Average));

    /// <summary>Takes the weights after an update in: one pass over them.</summary>
    public void Update()
    {
        float weight = Updates++ == 0 ? 1 : 1 - _decay;
        using OptimizerScope _ = new();
        foreach ((NamedParameter named, Tensor average) in _entries)
        {
            if (weight == 1)
            {
                average.Assign(named.Parameter);
            }
            else
            {
                OptimizerUpdates.Average(average, named.Parameter, weight);
            }
        }
    }

    /// <summary>
    /// Exchanges weights and averages, bit for bit; done twice, all is as before. Before the first update it does nothing.
    /// </summary>
    public void Exchange()
    {
        using NoGradientScope _ = new();
        foreach ((NamedParameter named, Tensor average) in Updates == 0 ? [] : _entries)
        {
            using StepScope scope = new();
            Tensor weights = Tensor.Zeros(named.Parameter.Shape, named.Parameter.Device);
            weights.Assign(named.Parameter);
            named.Parameter.Assign(average);
            average.Assign(weights);
        }
    }
}
