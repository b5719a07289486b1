using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>Terms that parts of a model add to the training loss in one pass, such as the price of long spans.</summary>
public sealed class Penalties
{
    private readonly List<(float Weight, Tensor Sum)> _terms = [];

    /// <summary>The sum over weights of weight times the values added under it; null where nothing was added.</summary>
    public Tensor? Total => _terms.Count == 0 ? null : _terms.Select(term => term.Sum * term.Weight).Aggregate((a, b) => a + b);

    /// <summary>Adds a value. Those of one weight are summed up before they are weighted.</summary>
    /// <param name="value">A scalar, in nats per token once it is weighted.</param>
    /// <param name="weight">Above 0.</param>
    public void Add(Tensor value, float weight)
    {
        int index = _terms.FindIndex(term => term.Weight == weight);
        if (index < 0)
        {
            _terms.Add((weight, value));
        }
        else
        {
            _terms[index] = (weight, _terms[index].Sum + value);
        }
    }
}
