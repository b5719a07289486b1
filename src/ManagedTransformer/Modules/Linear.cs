using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>y = act(x W^T + b), and what an adapter adds to the sum. Weight [outputs, inputs], bias [outputs].</summary>
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

    /// <summary>A low-rank update of the map; null for none.</summary>
    public LoraAdapter? Adapter { get; set; }

    /// <summary>act(x W^T + b), without dropout of an adapter.</summary>
    /// <param name="x">[..., inputs]</param>
    /// <param name="activation">Applied at the end.</param>
    public Tensor Forward(Tensor x, Activation activation = Activation.None) => Forward(x, ForwardContext.Inference, activation);

    /// <summary>act(x W^T + b).</summary>
    /// <param name="x">[..., inputs]</param>
    /// <param name="context">Dropout of an adapter.</param>
    /// <param name="activation">Applied at the end.</param>
    public Tensor Forward(Tensor x, ForwardContext context, Activation activation = Activation.None) => Adapter is null
        ? x.Linear(Weight, Bias, activation)
        : x.AdaptedLinear(Weight, Bias, Adapter.Update(x, context)).Activate(activation);

    /// <summary>The weight as it acts, W + (alpha / r) B A, in Float32; W itself without an adapter.</summary>
    /// <returns>[outputs, inputs]</returns>
    internal Tensor EffectiveWeight()
    {
        using NoGradientScope _ = new();
        Tensor weight = Weight.Detach().Cast(DType.Float32);
        return Adapter is { } adapter ? weight + adapter.Product() : weight;
    }

    /// <summary>Adds the adapter's product to the weight and drops the adapter: W + (alpha / r) B A.</summary>
    public void MergeAdapter()
    {
        if (Adapter is not null)
        {
            Weight.Assign(EffectiveWeight());
            Adapter = null;
        }
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.AddMatrix("weight", Weight);
        visit.Add("bias", Bias);
        visit.Add("", Adapter);
    }
}
