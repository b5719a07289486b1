using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

/// <summary>Fused in-place updates of parameters by optimisers. Where only row gradients exist, only those rows of weights and state are read and written.</summary>
public static class OptimizerUpdates
{
    /// <summary>
    /// Adam (Kingma and Ba, 2015) with decoupled decay: g = gradientScale gradient; m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; w = w (1 - decay);
    /// w = w - stepSize m / (sqrt(v) rootScale + epsilon).
    /// </summary>
    /// <param name="parameter">w, with a gradient or row gradients; without either nothing happens.</param><param name="m">First moment.</param><param name="v">Second moment.</param>
    /// <param name="gradientScale">Factor on the gradient.</param><param name="beta1">Decay of m.</param><param name="beta2">Decay of v.</param>
    /// <param name="epsilon">Added to the root.</param><param name="decay">Share of w that is taken away.</param>
    /// <param name="stepSize">Learning rate with its bias correction.</param><param name="rootScale">Bias correction of the root.</param>
    public static void Adam(Parameter parameter, Tensor m, Tensor v, float gradientScale, float beta1, float beta2, float epsilon, float decay, float stepSize, float rootScale) =>
        Update(parameter, [m, v], (w, g, state) => w.Kernels.Optimizers.Adam(
            w.Buffer, g.Buffer, state[0].Buffer, state[1].Buffer, w.Count, gradientScale, beta1, beta2, epsilon, decay, stepSize, rootScale));

    /// <summary>Gradient descent with momentum: g = gradientScale gradient + decay w; b = momentum b + g; w = w - rate (nesterov ? g + momentum b : b).</summary>
    /// <param name="parameter">w, with a gradient or row gradients; without either nothing happens.</param><param name="buffer">b; null without momentum.</param>
    /// <param name="gradientScale">Factor on the gradient.</param><param name="rate">Learning rate.</param><param name="momentum">Decay of b.</param>
    /// <param name="nesterov">Looks ahead.</param><param name="decay">Weight decay added to the gradient.</param>
    public static void Sgd(Parameter parameter, Tensor? buffer, float gradientScale, float rate, float momentum, bool nesterov, float decay) =>
        Update(parameter, buffer is null ? [] : [buffer], (w, g, state) => w.Kernels.Optimizers.Sgd(
            w.Buffer, g.Buffer, state.Length == 0 ? default : state[0].Buffer, w.Count, gradientScale, rate, momentum, nesterov, decay));

    /// <summary>Adagrad (Duchi et al., 2011): g = gradientScale gradient; a = a + g^2; w = w - rate g / (sqrt(a) + epsilon).</summary>
    /// <param name="parameter">w, with a gradient or row gradients; without either nothing happens.</param><param name="accumulator">a.</param>
    /// <param name="gradientScale">Factor on the gradient.</param><param name="rate">Learning rate, clipping included.</param><param name="epsilon">Added to the root.</param>
    public static void Adagrad(Parameter parameter, Tensor accumulator, float gradientScale, float rate, float epsilon) =>
        Update(parameter, [accumulator], (w, g, state) => w.Kernels.Optimizers.Adagrad(w.Buffer, g.Buffer, state[0].Buffer, w.Count, gradientScale, rate, epsilon));

    /// <summary>Sums of squares of the gradients (dense or of rows; 0 without one), one per parameter, each summed in double precision.</summary>
    /// <param name="parameters">The parameters.</param>
    public static float[] SquaredGradientNorms(IReadOnlyList<Parameter> parameters)
    {
        if (parameters.Count == 0)
        {
            return [];
        }

        Tensor sums = Tensor.Zeros(new Shape(parameters.Count), parameters[0].Device);
        for (int i = 0; i < parameters.Count; i++)
        {
            Tensor? gradient = (parameters[i].Gradient, parameters[i].RowGradient) switch
            {
                ({ } dense, { } rows) => WithRows(TensorOperators.CopyOf(dense), rows),
                (null, { } rows) => rows.Coalesce().Values,
                (var dense, null) => dense,
            };
            if (gradient is not null)
            {
                gradient.Kernels.Optimizers.SumOfSquares(gradient.Buffer, gradient.Count, new DeviceBuffer(sums.Storage, i));
            }
        }

        return sums.ToArray();
    }

    private delegate void Kernel(Tensor w, Tensor gradient, Tensor[] state);

    private static void Update(Parameter parameter, Tensor[] state, Kernel kernel)
    {
        using NoGradientScope _ = new();
        if (parameter.Gradient is { } gradient)
        {
            kernel(parameter, parameter.RowGradient is { } extra ? WithRows(TensorOperators.CopyOf(gradient), extra) : gradient, state);
        }
        else if (parameter.RowGradient is { } rows)
        {
            RowGradient once = rows.Coalesce();
            Tensor[] compact = [.. state.Select(tensor => tensor.Detach().Embedding(once.Indices))];
            Tensor w = parameter.Detach().Embedding(once.Indices);
            kernel(w, once.Values, compact);
            WriteRows(parameter, once.Indices, w);
            for (int i = 0; i < state.Length; i++)
            {
                WriteRows(state[i], once.Indices, compact[i]);
            }
        }
    }

    private static Tensor WithRows(Tensor gradient, RowGradient rows)
    {
        gradient.Kernels.Indexing.ScatterAddRows(rows.Values.Buffer, rows.Indices.Buffer, -1, gradient.Buffer, gradient.Shape[0], rows.Indices.Count, gradient.Shape[1]);
        return gradient;
    }

    // Each row stands once: adding the difference would round, so every row is copied.
    private static void WriteRows(Tensor table, Tensor indices, Tensor rows)
    {
        int[] places = indices.ToInt32Array();
        for (int i = 0; i < places.Length; i++)
        {
            table.Detach().Slice(0, places[i], 1).Assign(rows.Slice(0, i, 1));
        }
    }
}
