using System.Numerics.Tensors;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>A part of a model: it owns parameters under fixed names. Parts are found by explicit code, not by reflection.</summary>
public abstract class Module
{
    /// <summary>Number of trainable values, each counted once.</summary>
    public long ParameterCount => Parameters().Sum(named => named.Parameter.Count);

    /// <summary>
    /// Where the parameters are: the device of the <see cref="DeviceScope"/> in which the module was made or loaded.
    /// The CPU for a module without parameters.
    /// </summary>
    public Device Device => Parameters() is [{ Parameter: var first }, ..] ? first.Device : Device.Cpu;

    /// <summary>Shows every parameter and submodule to the visitor, in a fixed order.</summary>
    /// <param name="visit">Receives them.</param>
    public abstract void Visit(ParameterVisitor visit);

    /// <summary>All parameters with their dotted names, in a fixed order; a shared one once, under its first name.</summary>
    public IReadOnlyList<NamedParameter> Parameters()
    {
        ParameterVisitor visitor = new();
        Visit(visitor);
        return visitor.Parameters;
    }

    /// <summary>All tensors that are saved with the model but not trained (running statistics), with their dotted names.</summary>
    public IReadOnlyList<NamedBuffer> Buffers()
    {
        ParameterVisitor visitor = new();
        Visit(visitor);
        return visitor.Buffers;
    }

    /// <summary>
    /// Rounds the weights of linear maps and the tables of tokens to BFloat16, to nearest even, for inference with half the memory:
    /// generation reads every weight for every token and takes as long as that takes. Biases, norms and all arithmetic stay Float32. The
    /// module cannot be trained afterwards.
    /// </summary>
    public void RoundWeights() => RoundWeights(DType.BFloat16);

    /// <summary>
    /// As <see cref="RoundWeights()"/>, to BFloat16, Int8 or Int4: integers have a BFloat16 scale for each group of 32 along a row, and are
    /// for the processor.
    /// </summary>
    /// <param name="dtype">The type that the matrices get; Float32 changes nothing.</param>
    /// <exception cref="ArgumentException">Int32 or no type at all, or integers that cannot hold a number that is not finite.</exception>
    /// <exception cref="NotSupportedException">The device has no small integers.</exception>
    public void RoundWeights(DType dtype)
    {
        if (dtype == DType.Int32 || !Enum.IsDefined(dtype))
        {
            throw new ArgumentException($"Weights are stored as Float32, BFloat16, Int8 or Int4, not as {dtype}.", nameof(dtype));
        }

        ParameterVisitor visitor = new();
        Visit(visitor);
        foreach (Parameter matrix in visitor.Matrices.Where(matrix => matrix.CanBe(dtype)))
        {
            try
            {
                matrix.Round(dtype);
            }
            catch (ArgumentException e)
            {
                string? name = Parameters().FirstOrDefault(named => named.Parameter.DType == DType.Float32
                    && !TensorPrimitives.IsFiniteAll<float>(named.Parameter.ToArray())).Name;
                throw new ArgumentException(name is null ? e.Message : $"The weight '{name}': {e.Message}", e);
            }
        }
    }

    /// <summary>Forgets the gradients of all parameters.</summary>
    /// <param name="release">Returns their memory at once (<see cref="Tensors.Tensor.ClearGradient"/>).</param>
    public void ClearGradients(bool release = false)
    {
        foreach (NamedParameter named in Parameters())
        {
            named.Parameter.ClearGradient(release);
        }
    }
}
