namespace ManagedTransformer.Tests.Optimizers;

/// <summary>The optimisers of one number, in double precision, as their papers write them.</summary>
internal static class ScalarOptimizers
{
    /// <summary>Adam with decoupled decay; epsilon stands behind the corrected or the uncorrected root.</summary>
    public sealed class Adam(double beta1, double beta2, double epsilon, double decay, bool correctRoot)
    {
        private double _m, _v;
        private int _updates;

        public double Update(double w, double g, double rate)
        {
            _updates++;
            _m = (beta1 * _m) + ((1 - beta1) * g);
            _v = (beta2 * _v) + ((1 - beta2) * g * g);
            w -= rate * decay * w;
            double correction1 = 1 - Math.Pow(beta1, _updates), correction2 = 1 - Math.Pow(beta2, _updates);
            return correctRoot
                ? w - (rate * (_m / correction1) / (Math.Sqrt(_v / correction2) + epsilon))
                : w - (rate * Math.Sqrt(correction2) / correction1 * _m / (Math.Sqrt(_v) + epsilon));
        }
    }

    /// <summary>Gradient descent with momentum.</summary>
    public sealed class Sgd(double momentum, bool nesterov, double decay)
    {
        private double _buffer;

        public double Update(double w, double g, double rate)
        {
            g += decay * w;
            _buffer = (momentum * _buffer) + g;
            return w - (rate * (nesterov ? g + (momentum * _buffer) : _buffer));
        }
    }

    /// <summary>Adagrad; the factor scales the step and not the accumulated gradient.</summary>
    public sealed class Adagrad(double epsilon, double initial)
    {
        private double _accumulator = initial;

        public double Update(double w, double g, double rate)
        {
            _accumulator += g * g;
            return w - (rate * g / (Math.Sqrt(_accumulator) + epsilon));
        }
    }
}
