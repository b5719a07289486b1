using System.Runtime.InteropServices;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

/// <summary>
/// Fused in-place updates of parameters by optimisers. Where only row gradients exist,
/// only those rows of weights and state are read and written.
/// </summary>
public static class OptimizerUpdates
{
    /// <summary>
    /// Adam (Kingma and Ba, 2015): g = gradientScale gradient + gradientDecay w; m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2)
    /// g^2; w = w (1 - decay); w = w - stepSize m / (sqrt(v) rootScale + epsilon).
    /// </summary>
    /// <param name="parameter">w, with a gradient or row gradients; without either nothing happens.</param>
    /// <param name="m">First moment.</param>
    /// <param name="v">Second moment.</param>
    /// <param name="gradientScale">Factor on the gradient.</param>
    /// <param name="beta1">Decay of m.</param>
    /// <param name="beta2">Decay of v.</param>
    /// <param name="epsilon">Added to the root.</param>
    /// <param name="decay">Share of w that is taken away.</param>
    /// <param name="stepSize">Learning rate with its bias correction.</param>
    /// <param name="rootScale">Bias correction of the root.</param>
    /// <param name="gradientDecay">Share of w that is added to the gradient (L2 regularisation).</param>
    /// <param name="dense">Treats row gradients as a whole gradient with zeros in the other rows, which then move too.</param>
    public static void Adam(Parameter parameter, Tensor m, Tensor v, float gradientScale, float beta1, float beta2, float epsilon,
        float decay, float stepSize, float rootScale, float gradientDecay = 0, bool dense = false)
    {
        AdamCoefficients coefficients = new(gradientScale, beta1, beta2, epsilon, decay, gradientDecay, stepSize, rootScale);
        parameter.Overwritten();
        if (Whole(parameter, dense) is { } gradient)
        {
            OptimizerScope.Adam(
                parameter, new(parameter.Buffer, gradient.Buffer, m.Buffer, v.Buffer, parameter.Count, coefficients));
        }
        else if (parameter.RowGradient is { } rows)
        {
            parameter.Kernels.Optimizers.AdamRows(parameter.Buffer, rows.Sort(), m.Buffer, v.Buffer, coefficients);
        }
    }

    /// <summary>
    /// Gradient descent with momentum: g = gradientScale gradient + decay w; b = momentum b + g;
    /// w = w - rate (nesterov ? g + momentum b : b).
    /// </summary>
    /// <param name="parameter">w, with a gradient or row gradients; without either nothing happens.</param>
    /// <param name="buffer">b; null without momentum.</param>
    /// <param name="gradientScale">Factor on the gradient.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="momentum">Decay of b.</param>
    /// <param name="nesterov">Looks ahead.</param>
    /// <param name="decay">Weight decay added to the gradient.</param>
    public static void Sgd(Parameter parameter, Tensor? buffer, float gradientScale, float rate, float momentum, bool nesterov, float decay)
    {
        DeviceBuffer b = buffer?.Buffer ?? default;
        parameter.Overwritten();
        if (Whole(parameter) is { } gradient)
        {
            OptimizerScope.Sgd(
                parameter,
                new(parameter.Buffer, gradient.Buffer, b, parameter.Count, gradientScale, rate, momentum, nesterov, decay));
        }
        else if (parameter.RowGradient is { } rows)
        {
            parameter.Kernels.Optimizers.SgdRows(
                parameter.Buffer, rows.Sort(), b, gradientScale, rate, momentum, nesterov, decay);
        }
    }

    /// <summary>One step of a moving average, in one pass: a = a + weight (w - a).</summary>
    /// <param name="average">a, of the parameter's shape, contiguous and on its device.</param>
    /// <param name="parameter">w.</param>
    /// <param name="weight">From 0 to 1.</param>
    public static void Average(Tensor average, Parameter parameter, float weight)
    {
        ArgumentNullException.ThrowIfNull(average);
        ArgumentNullException.ThrowIfNull(parameter);
        average.Overwritten();

        // Gradient descent on (w - a)^2 / 2, whose gradient is a - w.
        OptimizerScope.Sgd(
            parameter,
            new(average.Buffer, parameter.Buffer, default, parameter.Count, GradientScale: -1, Rate: weight, Momentum: 0, Nesterov: false,
                Decay: 1));
    }

    /// <summary>Adagrad (Duchi et al., 2011): g = gradientScale gradient; a = a + g^2; w = w - rate g / (sqrt(a) + epsilon).</summary>
    /// <param name="parameter">w, with a gradient or row gradients; without either nothing happens.</param>
    /// <param name="accumulator">a.</param>
    /// <param name="gradientScale">Factor on the gradient.</param>
    /// <param name="rate">Learning rate, clipping included.</param>
    /// <param name="epsilon">Added to the root.</param>
    public static void Adagrad(Parameter parameter, Tensor accumulator, float gradientScale, float rate, float epsilon)
    {
        parameter.Overwritten();
        if (Whole(parameter) is { } gradient)
        {
            OptimizerScope.Adagrad(
                parameter,
                new(parameter.Buffer, gradient.Buffer, accumulator.Buffer, parameter.Count, gradientScale, rate, epsilon));
        }
        else if (parameter.RowGradient is { } rows)
        {
            parameter.Kernels.Optimizers.AdagradRows(parameter.Buffer, rows.Sort(), accumulator.Buffer, gradientScale, rate, epsilon);
        }
    }

    /// <summary>
    /// Sums of squares of the gradients (dense or of rows; 0 without one), one per parameter, each summed in double precision.
    /// </summary>
    /// <param name="parameters">The parameters.</param>
    public static float[] SquaredGradientNorms(IReadOnlyList<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return parameters.Count == 0 ? [] : SumSquaredGradients(parameters).ToArray();
    }

    /// <summary>
    /// <see cref="SquaredGradientNorms"/> left on the device, so that they can be read together with other numbers
    /// (<see cref="Tensor.Fetch"/>).
    /// </summary>
    /// <param name="parameters">At least one, all on one device.</param>
    /// <returns>[parameters]</returns>
    public static Tensor SumSquaredGradients(IReadOnlyList<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Tensor sums = Tensor.Zeros(new Shape(parameters.Count), parameters[0].Device);
        IOptimizerKernels kernels = parameters[0].Kernels.Optimizers;
        List<SquareSumProblem> problems = new(parameters.Count);
        for (int i = 0; i < parameters.Count; i++)
        {
            DeviceBuffer sum = new(sums.Storage, i);
            if (Whole(parameters[i]) is { } gradient)
            {
                problems.Add(new(gradient.Buffer, gradient.Count, sum));
            }
            else if (parameters[i].RowGradient is { } rows)
            {
                kernels.SumOfSquaresRows(rows.SortToSquare(), sum);
            }
        }

        if (problems.Count > 0)
        {
            kernels.SumOfSquares(CollectionsMarshal.AsSpan(problems));
        }

        return sums;
    }

    /// <summary>
    /// The gradient of a whole parameter; null where there is none, or only one of rows and it need not be <paramref name="dense"/>.
    /// </summary>
    private static Tensor? Whole(Parameter parameter, bool dense = false)
    {
        if (parameter.RowGradient is not { } rows || (parameter.Gradient is null && !dense))
        {
            return parameter.Gradient;
        }

        Tensor sum = parameter.Gradient is { } gradient
            ? TensorOperators.CopyOf(gradient)
            : Tensor.Zeros(parameter.Shape, parameter.Device);
        rows.AddTo(sum);
        return sum;
    }
}
