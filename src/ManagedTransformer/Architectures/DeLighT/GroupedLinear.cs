using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DeLighT;

/// <summary>
/// A linear map in groups: group k maps features k in/g .. (k+1) in/g - 1 to out/g features of its own. The features of all groups may then
/// be shuffled (place j g + k receives feature j of group k), each new group normalised with a gain and a bias that the groups share,
/// and activated.
/// </summary>
public sealed class GroupedLinear : Module
{
    private readonly int _groups;
    private readonly bool _shuffle;
    private readonly Activation _activation;

    /// <summary>A grouped map.</summary>
    /// <param name="inputs">Input width.</param>
    /// <param name="outputs">Output width.</param>
    /// <param name="groups">g; divides both.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="norm">Whether groups are normalised.</param>
    /// <param name="shuffle">Whether features are shuffled.</param>
    /// <param name="activation">Applied at the end.</param>
    /// <exception cref="ArgumentException">Widths that the groups do not divide.</exception>
    public GroupedLinear(int inputs, int outputs, int groups, RandomSource random, bool bias = true, bool norm = true, bool shuffle = true,
        Activation activation = Activation.None)
    {
        if (groups < 1 || inputs % groups != 0 || outputs % groups != 0)
        {
            throw new ArgumentException($"{groups} groups do not divide the widths {inputs} and {outputs}.");
        }

        (_groups, _shuffle, _activation) = (groups, shuffle && groups > 1, activation);
        int groupInputs = inputs / groups, groupOutputs = outputs / groups;

        // A Xavier bound for a tensor of three axes, as in the authors' code; the norm that follows hides most of the scale.
        float fans = groups == 1 ? inputs + outputs : ((float)groupInputs * groupOutputs) + ((float)groups * groupOutputs);
        Weight = Initialization.Uniform(new Shape(groups, groupOutputs, groupInputs), MathF.Sqrt(6 / fans), random);
        Bias = bias ? Initialization.Zeros(new Shape(outputs)) : null;
        Norm = norm ? new LayerNorm(groupOutputs) : null;
    }

    /// <summary>W, [g, out/g, in/g].</summary>
    public Parameter Weight { get; }

    /// <summary>b, [out]; null without.</summary>
    public Parameter? Bias { get; }

    /// <summary>The norm of out/g features that all groups share; null without.</summary>
    public LayerNorm? Norm { get; }

    /// <summary>The map, shuffled, normalised and activated as configured.</summary>
    /// <param name="x">[..., in]</param>
    /// <returns>[..., out]</returns>
    public Tensor Forward(Tensor x) => Forward(x, null, 1);

    /// <summary>
    /// The map's result mixed with other features: chunks of both take turns, those of <paramref name="first"/> before the map's.
    /// Needs the norm.
    /// </summary>
    /// <param name="x">[..., in]</param>
    /// <param name="first">[..., F]; null for the result alone.</param>
    /// <param name="chunks">Into how many chunks both are cut.</param>
    /// <returns>[..., F + out]</returns>
    internal Tensor Forward(Tensor x, Tensor? first, int chunks)
    {
        int groupOutputs = Weight.Shape[1], outputs = _groups * groupOutputs, rows = checked((int)(x.Count / x.Shape[-1]));
        Tensor? bias = Bias?.Reshape(new Shape(_groups, groupOutputs));
        Activation last = Norm is null && !_shuffle ? _activation : Activation.None;
        Tensor z = x.Reshape(new Shape(1, rows, _groups, x.Shape[-1] / _groups)).HeadwiseLinear(Weight, bias, last)
            .Reshape(x.Shape.With(-1, outputs));
        if (Norm is not null)
        {
            return z.GroupedLayerNorm(_groups, Norm.Weight, Norm.Bias, _shuffle, _activation, first, chunks, Norm.Epsilon);
        }

        return _shuffle
            ? z.Reshape(new Shape(rows, _groups, groupOutputs)).Transpose().Contiguous().Reshape(z.Shape).Activate(_activation)
            : z;
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("weight", Weight);
        visit.Add("bias", Bias);
        visit.Add("norm", Norm);
    }
}
