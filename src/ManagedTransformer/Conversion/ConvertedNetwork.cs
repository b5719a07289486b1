using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Conversion;

/// <summary>A converted network.</summary>
/// <param name="Model">The new network; it shares nothing with its source.</param>
/// <param name="NewTensors">Names of the parameters and buffers that the source lacks: of feature maps, gates and windows.
/// They have initial values.</param>
public sealed record ConvertedNetwork(CausalLanguageModel Model, IReadOnlyList<string> NewTensors)
{
    /// <summary>A network whose weights are a source's, but for new ones.</summary>
    /// <param name="source">The source.</param>
    /// <param name="target">A network of its own with initial values.</param>
    /// <param name="isNew">Whether a name is one that the source may lack.</param>
    /// <exception cref="InputException">Another name is missing, or has another shape, or is left over.</exception>
    internal static ConvertedNetwork Fill(CausalLanguageModel source, CausalLanguageModel target, Predicate<string> isNew)
    {
        using NoGradientScope _ = new();
        Dictionary<string, Tensor> values = Tensors(source).ToDictionary(named => named.Name, named => named.Buffer);
        List<string> created = [];
        foreach ((string name, Tensor tensor) in Tensors(target))
        {
            if (values.Remove(name, out Tensor? value) && value.Shape == tensor.Shape)
            {
                tensor.Assign(value);
            }
            else if (value is null && isNew(name))
            {
                created.Add(name);
            }
            else
            {
                throw new InputException(
                    $"The conversion has no value for '{name}' of the shape "
                    + $"{tensor.Shape}{(value is null ? "" : $": the source's is {value.Shape}")}.");
            }
        }

        return values.Count == 0
            ? new ConvertedNetwork(target, created)
            : throw new InputException($"The converted model has no place for '{values.Keys.First()}'.");
    }

    private static IEnumerable<NamedBuffer> Tensors(CausalLanguageModel model) =>
        [.. model.Parameters().Select(named => new NamedBuffer(named.Name, named.Parameter)), .. model.Buffers()];
}
