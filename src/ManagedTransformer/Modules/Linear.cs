using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>y = act(x W^T + b). Weight [outputs, inputs], bias [outputs].</summary>
public sealed class Linear : Module
{
    /// <summary>A linear map with given initial values.</summary>
    /// <param name="weight">[outputs, inputs]</param>
    /// <param name="bias">[outputs], or none.</param>
    public Linear(Parameter weight, Parameter? bias)
    {
        Weight = weight;
        Bias = bias;
    }

    /// <summary>A linear map that starts with a Xavier-uniform weight and a zero bias.</summary>
    /// <param name="inputs">Width of x.</param>
    /// <param name="outputs">Width of y.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="bias">Whether there is a bias.</param>
    public Linear(int inputs, int outputs, RandomSource random, bool bias = true)
        : this(Initialization.XavierUniform(outputs, inputs, random), bias ? Initialization.Zeros(new Shape(outputs)) : null)
    {
    }

    /// <summary>W, [outputs, inputs].</summary>
    public Parameter Weight { get; }

    /// <summary>b, [outputs].</summary>
    public Parameter? Bias { get; }

    /// <summary>act(x W^T + b).</summary>
    /// <param name="x">[..., inputs]</param>
    /// <param name="activation">Applied at the end.</param>
    public Tensor Forward(Tensor x, Activation activation = Activation.None) => x.Linear(Weight, Bias, activation);

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.AddMatrix("weight", Weight);
        visit.Add("bias", Bias);
    }
}
