using ManagedTransformer.Checkpoints;
using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training.Workers;

/// <summary>The optimisers of a model whose workers have a part of the parameters each.</summary>
internal sealed class ShardedOptimizers
{
    private readonly ParameterShards _shards;
    private readonly OptimizerSet _own;

    // The optimisers of the whole model, of tensors of one element: what is called how, in which order, in which part.
    private readonly OptimizerSet _plan;
    private readonly Dictionary<string, NamedParameter> _parameters;
    private List<NamedBuffer>? _collected;

    /// <summary>Divides the optimisers' state.</summary>
    /// <param name="group">The workers.</param>
    /// <param name="recipe">The optimisers.</param>
    /// <param name="parameters">What is trained.</param>
    public ShardedOptimizers(WorkerGroup group, OptimizerRecipe recipe, IReadOnlyList<NamedParameter> parameters)
    {
        _shards = new ParameterShards(group, parameters, isWhole: recipe is { Type: OptimizerKind.Adagrad, ClipNorm: > 0 });
        _own = recipe.CreateSet(_shards.Own);
        _plan = recipe.CreateSet([.. parameters.Select(named => named with { Parameter = OfOneElement(named.Parameter) })]);
        _parameters = parameters.ToDictionary(named => named.Name);
    }

    /// <summary>Updates done.</summary>
    public long Updates
    {
        set => _own.Updates = value;
    }

    /// <summary>Bytes that this worker has sent.</summary>
    public long BytesSent => _shards.BytesSent;

    /// <summary>As <see cref="OptimizerSet.GradientNorms"/>, of the whole gradient, which every worker has.</summary>
    public double[] GradientNorms(float scale, IReadOnlyList<Tensor> others) => OptimizerSet.NormsOf(
        [.. _plan.Parts.Select(part => part.Parameters.Select(named => _parameters[named.Name].Parameter).ToArray())], scale, others);

    /// <summary>Updates the own part, and exchanges the parts.</summary>
    public void Step(float rate, double[] norms, float scale)
    {
        // A worker without a table of a memory has an optimiser less.
        double[] own = _own.Parts.Count == norms.Length ? norms : norms[.._own.Parts.Count];
        _own.Step(rate, own, scale);
        _shards.Gather();
    }

    /// <summary>Brings the whole state to the first worker.</summary>
    /// <param name="isFirst">Whether this is the first worker.</param>
    public void Collect(bool isFirst)
    {
        Dictionary<string, Tensor> own = _own.State().ToDictionary(state => state.Name, state => state.Buffer);
        _collected = [];
        foreach (NamedBuffer state in _plan.State())
        {
            if (_shards.Collect(ParameterOf(state.Name), own.GetValueOrDefault(state.Name)) is { } whole && isFirst)
            {
                _collected.Add(state with { Buffer = whole });
            }
        }
    }

    /// <summary>Writes the state that was collected.</summary>
    /// <param name="path">The file.</param>
    public void Save(string path)
    {
        ModuleWeights.Save(_collected!, path);
        _collected = null;
    }

    /// <summary>Reads this worker's part of the state.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It is of another model or optimiser.</exception>
    public void Load(string path) => ModuleWeights.Restore(path, take =>
    {
        foreach ((string name, Tensor state) in _own.State())
        {
            using StepScope scope = new();
            string parameter = ParameterOf(name);
            Shape shape = _parameters[parameter].Parameter.Shape;
            Tensor whole = take(name)
                ?? throw new InputException($"The file '{path}' lacks the tensor '{name}' of the shape {shape} that is needed.");
            if (whole.Shape != shape)
            {
                throw new InputException($"The tensor '{name}' has the shape {whole.Shape} in the file '{path}' and {shape} in the model.");
            }

            state.Assign(_shards.Part(parameter, whole));
        }
    });

    // States are called m.NAME, v.NAME and so on.
    private static string ParameterOf(string state) => state[(state.IndexOf('.', StringComparison.Ordinal) + 1)..];

    private static Parameter OfOneElement(Parameter parameter)
    {
        int[] sizes = new int[parameter.Rank];
        Array.Fill(sizes, 1);
        return new Parameter(Tensor.Zeros(new Shape(sizes)));
    }
}
