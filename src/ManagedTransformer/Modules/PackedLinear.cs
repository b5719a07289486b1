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
    private readonly int[] _starts;

    /// <summary>Maps with initial values; the weights as if they were one matrix, biases 0.</summary>
    /// <param name="weight">[sum of the outputs, inputs]</param>
    /// <param name="hasBias">Whether the maps have biases.</param>
    /// <param name="outputs">Width of the output of each map.</param>
    public PackedLinear(Parameter weight, bool hasBias, params int[] outputs)
    {
        _weight = weight;
        _bias = hasBias ? Initialization.Zeros(new Shape(weight.Shape[0])) : null;
        (_parts, _starts) = (new Linear[outputs.Length], new int[outputs.Length]);
        for (int i = 0, start = 0; i < outputs.Length; start += outputs[i++])
        {
            _starts[i] = start;
            _parts[i] = new Linear(weight.Rows(start, outputs[i]), _bias?.Rows(start, outputs[i]));
        }
    }

    /// <summary>One of the maps.</summary>
    public Linear this[int part] => _parts[part];

    /// <summary>The outputs of all maps side by side.</summary>
    /// <param name="x">[..., inputs]</param>
    /// <param name="context">Dropout of adapters.</param>
    /// <returns>[..., sum of the outputs]</returns>
    public Tensor Forward(Tensor x, ForwardContext context) => Adapted(x.Linear(_weight, _bias), 0, x, context);

    /// <summary>The outputs of the last maps side by side, without a gradient of theirs.</summary>
    /// <param name="x">[..., inputs]</param>
    /// <param name="first">The first of them.</param>
    public Tensor Forward(Tensor x, int first)
    {
        int start = _starts[first], rows = _weight.Shape[0] - start;
        Tensor y = x.Linear(_weight.Detach().Slice(0, start, rows), _bias?.Detach().Slice(0, start, rows));
        return Adapted(y, first, x, ForwardContext.Inference);
    }

    private Tensor Adapted(Tensor y, int first, Tensor x, ForwardContext context)
    {
        for (int i = first; i < _parts.Length; i++)
        {
            if (_parts[i].Adapter is not null)
            {
                return y + Updates(first, x, context);
            }
        }

        return y;
    }

    // What adapters add to the maps from one on, zeros for those without.
    private Tensor Updates(int first, Tensor x, ForwardContext context)
    {
        Tensor[] updates = new Tensor[_parts.Length - first];
        for (int i = 0; i < updates.Length; i++)
        {
            Linear part = _parts[first + i];
            updates[i] = part.Adapter?.Forward(x, context) ?? Tensor.Zeros(x.Shape.With(-1, part.Weight.Shape[0]), x.Device);
        }

        return TensorOperators.Concat(x.Rank - 1, updates);
    }
}
