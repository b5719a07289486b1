using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Optimizers;

/// <summary>Changes parameters along their gradients. State tensors have names, so that a checkpoint continues bit for bit.</summary>
public abstract class Optimizer
{
    private readonly List<(string Name, Parameter Parameter, Tensor[] State)> _entries = [];

    /// <summary>An optimiser.</summary>
    /// <param name="groups">What it updates.</param>
    /// <param name="stateNames">Names of the state tensors of each parameter, each of the parameter's shape.</param>
    /// <param name="initialState">What they start from.</param>
    /// <exception cref="ArgumentException">A weight that was rounded for inference (<see cref="Module.RoundWeights(DType)"/>).</exception>
    protected Optimizer(IReadOnlyList<ParameterGroup> groups, IReadOnlyList<string> stateNames, float initialState = 0)
    {
        Groups = groups;
        StateNames = stateNames;
        foreach (NamedParameter named in groups.SelectMany(group => group.Parameters))
        {
            if (named.Parameter.DType != DType.Float32)
            {
                throw new ArgumentException(
                    $"The weight '{named.Name}' was rounded to {named.Parameter.DType} for inference; training needs the Float32 weights.",
                    nameof(groups));
            }

            Tensor[] state = [.. stateNames.Select(_ => Tensor.Full(named.Parameter.Shape, initialState, named.Parameter.Device).Keep())];
            _entries.Add((named.Name, named.Parameter, state));
        }
    }

    /// <summary>The parameters to update, in groups.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>Updates done so far; set it to continue from a checkpoint.</summary>
    public long Updates { get; set; }

    /// <summary>Names of the state tensors of each parameter.</summary>
    public IReadOnlyList<string> StateNames { get; }

    /// <summary>All state tensors: <c>m.layers.0.norm1.weight</c> and so on, in a fixed order.</summary>
    public IEnumerable<NamedBuffer> State() =>
        StateNames.SelectMany((state, index) => _entries.Select(entry => new NamedBuffer($"{state}.{entry.Name}", entry.State[index])));

    /// <summary>One update of every parameter that has a gradient.</summary>
    /// <param name="rate">Learning rate, at least 0.</param>
    /// <param name="gradientScale">Factor on every gradient (clipping, averaging).</param>
    public void Step(float rate, float gradientScale = 1)
    {
        Updates++;
        Prepare(gradientScale);
        int index = 0;
        using OptimizerScope _ = new();
        foreach (ParameterGroup group in Groups)
        {
            foreach (NamedParameter named in group.Parameters)
            {
                Update(named.Parameter, _entries[index++].State, rate * group.RateFactor, gradientScale, group.WeightDecay);
            }
        }
    }

    /// <summary>Called once before the updates of a step: the place to read from the device what all of them need.</summary>
    /// <param name="gradientScale">Factor on every gradient.</param>
    protected virtual void Prepare(float gradientScale)
    {
    }

    /// <summary>
    /// Updates one parameter; <see cref="Updates"/> counts this update already. What <see cref="OptimizerUpdates"/> is asked for here runs
    /// behind the last parameter (<see cref="OptimizerScope"/>).
    /// </summary>
    /// <param name="parameter">Has a gradient, or not.</param>
    /// <param name="state">Its state tensors, in the order of <see cref="StateNames"/>.</param>
    /// <param name="rate">Learning rate of its group.</param>
    /// <param name="gradientScale">Factor on the gradient.</param>
    /// <param name="weightDecay">The group's own weight decay, if any.</param>
    protected abstract void Update(Parameter parameter, Tensor[] state, float rate, float gradientScale, float? weightDecay);
}
