namespace ManagedTransformer.Tensors;

public partial class Tensor
{
    /// <summary>
    /// y = forward(inputs) as one operator whose gradient the caller knows: for functions that the operators of this library lack, or whose
    /// gradient can be had cheaper or more exactly than theirs (<see cref="GradientCheck"/> compares it with numerical differentiation).
    /// </summary>
    /// <param name="forward">Computes a Float32 tensor from the inputs. Recording is off while it runs; what it computes besides may be
    /// kept for the gradient.</param>
    /// <param name="backward">Computes the gradients of the inputs from that of the output.</param>
    /// <param name="inputs">At least one. A tensor that the functions read without its being here gets no gradient.</param>
    /// <exception cref="ArgumentException">There are no inputs, or the result is not Float32.</exception>
    public static Tensor Custom(Func<IReadOnlyList<Tensor>, Tensor> forward, CustomGradient backward, params Tensor[] inputs)
    {
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(backward);
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Length == 0)
        {
            throw new ArgumentException("A custom operator needs at least one input.", nameof(inputs));
        }

        Tensor[] operands = [.. inputs];
        long before = Storage.LastNumber;
        Tensor y;
        using (new NoGradientScope())
        {
            y = (forward(operands) ?? throw new ArgumentException("The function of a custom operator returned null.", nameof(forward)))
                .Detach();
        }

        if (y.DType != DType.Float32)
        {
            throw new ArgumentException($"The function of a custom operator returned {y.DType}{y.Shape}; it must return {DType.Float32}.",
                nameof(forward));
        }

        // Whatever is older than this call belongs to somebody else, who may need it after the walk.
        return operands.Any(operand => Recorder.IsNeeded(operand))
            ? Recorder.Record(y, new CustomRule(backward, y.Storage.Number > before, operands))
            : y;
    }
}
