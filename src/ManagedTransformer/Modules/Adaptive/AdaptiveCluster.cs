using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Adaptive;

/// <summary>The tables of one cluster of an adaptive input or softmax.</summary>
internal sealed class AdaptiveCluster : Module
{
    internal AdaptiveCluster(Parameter weight, Parameter? projection, Parameter? bias, Parameter? narrowing = null) =>
        (Weight, Projection, Bias, Narrowing) = (weight, projection, bias, narrowing);

    /// <summary>E_i of an input or O_i of a softmax, [n_i, d_i].</summary>
    public Parameter Weight { get; }

    /// <summary>P_i or Q_i, [D, d_i]; null for cluster 0 of a softmax in fairseq's form.</summary>
    public Parameter? Projection { get; }

    /// <summary>Q_i^T of a softmax with a projection of its own in DeLighT's form, [d_i, D]; null elsewhere.</summary>
    public Parameter? Narrowing { get; }

    /// <summary>b_i of a softmax, [n_i]; null for an input.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("weight", Weight);
        visit.Add("bias", Bias);
        visit.Add("proj.weight", Projection);
    }
}
