namespace ManagedTransformer.Tensors;

/// <summary>
/// The gradient of an operator made by <see cref="Tensor.Custom"/>: the product of a vector with its Jacobian.
/// Recording is off while it runs.
/// </summary>
/// <param name="dy">dL/dy: the gradient of the output, of its shape, not necessarily contiguous. It must not be changed.</param>
/// <param name="y">The output.</param>
/// <param name="inputs">The inputs, in the order in which they were given.</param>
/// <returns>For every input dL/dinput, Float32 and of the input's shape; null for an input that the output does not depend on, or that
/// needs no gradient (<see cref="Tensor.RequiresGradient"/>).</returns>
public delegate IReadOnlyList<Tensor?> CustomGradient(Tensor dy, Tensor y, IReadOnlyList<Tensor> inputs);
