using System.Buffers;
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
    public Tensor Forward(Tensor x, ForwardContext context) => Forward(x, _weight, _bias, 0, context);

    /// <summary>The outputs of the last maps side by side, without a gradient of theirs.</summary>
    /// <param name="x">[..., inputs]</param>
    /// <param name="first">The first of them.</param>
    public Tensor Forward(Tensor x, int first)
    {
        int start = _starts[first], rows = _weight.Shape[0] - start;
        return Forward(
            x, _weight.Detach().Slice(0, start, rows), _bias?.Detach().Slice(0, start, rows), first, ForwardContext.Inference);
    }

    private Tensor Forward(Tensor x, Tensor weight, Tensor? bias, int first, ForwardContext context)
    {
        int count = 0;
        for (int i = first; i < _parts.Length; i++)
        {
            count += _parts[i].Adapter is null ? 0 : 1;
        }

        if (count == 0)
        {
            return x.Linear(weight, bias);
        }

        LowRankUpdate[] updates = ArrayPool<LowRankUpdate>.Shared.Rent(count);
        for (int i = first, next = 0; i < _parts.Length; i++)
        {
            if (_parts[i].Adapter is { } adapter)
            {
                updates[next++] = adapter.Update(x, context, _starts[i] - _starts[first]);
            }
        }

        Tensor y = x.AdaptedLinear(weight, bias, updates.AsSpan(0, count));
        ArrayPool<LowRankUpdate>.Shared.Return(updates, clearArray: true);
        return y;
    }
}
