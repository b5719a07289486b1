using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>
/// Several linear maps of one input whose weights are ranges of rows of one matrix and are computed in one product; each keeps its name,
/// its gradient and, where it has one, its adapter.
/// </summary>
internal sealed class PackedLinear
{
    private readonly Parameter _weight;
    private readonly Parameter? _bias;
    private readonly Linear[] _parts;

    /// <summary>Maps with initial values; the weights as if they were one matrix, biases 0.</summary>
    /// <param name="weight">[sum of the outputs, inputs]</param>
    /// <param name="hasBias">Whether the maps have biases.</param>
    /// <param name="outputs">Width of the output of each map.</param>
    public PackedLinear(Parameter weight, bool hasBias, params int[] outputs)
    {
        _weight = weight;
        _bias = hasBias ? Initialization.Zeros(new Shape(weight.Shape[0])) : null;
        _parts = new Linear[outputs.Length];
        for (int i = 0, start = 0; i < outputs.Length; start += outputs[i++])
        {
            _parts[i] = new Linear(weight.Rows(start, outputs[i]), _bias?.Rows(start, outputs[i]));
        }
    }

    /// <summary>One of the maps.</summary>
    public Linear this[int part] => _parts[part];

    /// <summary>The outputs of all maps side by side.</summary>
    /// <param name="x">[..., inputs]</param>
    /// <param name="context">Dropout of adapters.</param>
    /// <returns>[..., sum of the outputs]</returns>
    public Tensor Forward(Tensor x, ForwardContext context)
    {
        // Where all maps are frozen, nobody asks for the gradient of the matrix.
        bool isTrained = Array.Exists(_parts, part => part.Weight.RequiresGradient);
        return Adapted(x.Linear(isTrained ? _weight : _weight.Detach(), isTrained ? _bias : _bias?.Detach()), _parts, x, context);
    }

    /// <summary>The outputs of the last maps side by side, without a gradient of theirs.</summary>
    /// <param name="x">[..., inputs]</param>
    /// <param name="first">The first of them.</param>
    public Tensor Forward(Tensor x, int first)
    {
        int start = _parts[..first].Sum(part => part.Weight.Shape[0]), rows = _weight.Shape[0] - start;
        Tensor y = x.Linear(_weight.Detach().Slice(0, start, rows), _bias?.Detach().Slice(0, start, rows));
        return Adapted(y, _parts[first..], x, ForwardContext.Inference);
    }

    private static Tensor Adapted(Tensor y, Linear[] parts, Tensor x, ForwardContext context) =>
        Array.Exists(parts, part => part.Adapter is not null) ? y + Updates(parts, x, context) : y;

    // Apart from its caller, whose every call would otherwise allocate what the function captures.
    private static Tensor Updates(Linear[] parts, Tensor x, ForwardContext context) =>
        TensorOperators.Concat(x.Rank - 1, [.. parts.Select(part => Update(part, x, context))]);

    private static Tensor Update(Linear part, Tensor x, ForwardContext context) => part.Adapter is { } adapter
        ? adapter.Forward(x, context)
        : Tensor.Zeros(x.Shape.With(-1, part.Weight.Shape[0]), x.Device);
}
