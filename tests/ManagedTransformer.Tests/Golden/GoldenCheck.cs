using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden;

/// <summary>
/// Compares what the library computes with a case. Every expected entry must be compared at least once; a value passes where
/// |actual - expected| is at most tolerance (1 + |expected|), or what the family allows for the entry as a whole.
/// </summary>
internal sealed class GoldenCheck(GoldenCase test, double tolerance, Func<GoldenCase, string, double>? allowance = null)
{
    /// <summary>The gradient of a key bias is zero in exact arithmetic: what is computed is rounding noise of much larger terms.</summary>
    private const double KeyBiasTolerance = 2e-4;

    private readonly HashSet<string> _checked = [];
    private readonly List<string> _failures = [];

    public GoldenCase Case => test;

    /// <summary>An input; it requires a gradient where one is expected.</summary>
    public Tensor Input(string name)
    {
        Tensor input = test.Floats("in/" + name);
        input.RequiresGradient = test.Has("grad/in/" + name);
        return input;
    }

    /// <summary>Gives a module the case's parameters and running statistics. Both must have the same names and shapes.</summary>
    public void Load(Module module)
    {
        Dictionary<string, Tensor> parameters = module.Parameters().ToDictionary(named => named.Name, named => (Tensor)named.Parameter);
        foreach (NamedBuffer named in module.Buffers())
        {
            parameters.Add(named.Name, named.Buffer);
        }

        foreach (string name in test.NamesUnder("param/"))
        {
            if (!parameters.Remove(name, out Tensor? parameter))
            {
                throw new InvalidDataException($"the module has no parameter '{name}'");
            }

            parameter.Assign(test.Floats("param/" + name));
        }

        if (parameters.Count > 0)
        {
            throw new InvalidDataException($"the file lacks the parameters {string.Join(", ", parameters.Keys)}");
        }
    }

    /// <summary>Differentiates the sum of outputs times their <c>cot/</c> entries; outputs without one do not count.</summary>
    public void Differentiate(params (string Name, Tensor Value)[] outputs)
    {
        Tensor? total = null;
        foreach ((string name, Tensor value) in outputs)
        {
            if (test.OptionalFloats("cot/" + name) is { } cotangent)
            {
                Tensor term = value.Reshape(cotangent.Shape).Multiply(cotangent).Sum();
                total = total is null ? term : total + term;
            }
        }

        total?.Backward();
    }

    public void CompareInputGradient(string name, Tensor input) => CompareGradient("grad/in/" + name, input.Gradient);

    /// <summary>Compares the gradients of all parameters of which the case has one.</summary>
    public void CompareGradients(Module module)
    {
        Dictionary<string, Parameter> parameters = module.Parameters().ToDictionary(named => named.Name, named => named.Parameter);
        foreach (string name in test.NamesUnder("grad/param/"))
        {
            if (parameters.TryGetValue(name, out Parameter? parameter))
            {
                CompareGradient("grad/param/" + name, parameter.RowGradient?.ToDense() ?? parameter.Gradient);
            }
            else
            {
                _failures.Add($"grad/param/{name}: the module has no such parameter");
            }
        }
    }

    /// <summary>Compares an entry where the case has it.</summary>
    public void CompareOptional(string name, Func<Tensor> actual)
    {
        if (test.Has(name))
        {
            Compare(name, actual());
        }
    }

    public void Compare(string name, Tensor actual)
    {
        if (actual.Count == test.ShapeOf(name).Count && actual.Rank > 0 && actual.Shape != test.ShapeOf(name))
        {
            _failures.Add($"{name}: the shape is {actual.Shape} instead of {test.ShapeOf(name)}");
        }

        Compare(name, actual.DType == DType.Int32 ? [.. actual.ToInt32Array()] : [.. actual.ToArray().Select(value => (double)value)]);
    }

    public void Compare(string name, double actual) => Compare(name, [actual]);

    public void Compare(string name, IReadOnlyList<double> actual)
    {
        double[] expected = test.IsInteger(name)
            ? [.. test.LongValues(name).Select(value => (double)value)]
            : [.. test.Values(name).Select(value => (double)value)];
        if (allowance is not null && !test.IsInteger(name))
        {
            double absolute = allowance(test, name);
            CompareValues(name, [.. expected.Select(value => value / absolute)], [.. actual.Select(value => value / absolute)],
                test.ShapeOf(name), 1, relative: false);
            return;
        }

        bool isKeyBias = name.StartsWith("grad/", StringComparison.Ordinal) && name.EndsWith("key.bias", StringComparison.Ordinal);
        CompareValues(name, expected, actual, test.ShapeOf(name),
            test.IsInteger(name) ? 0 : isKeyBias ? Math.Max(tolerance, KeyBiasTolerance) : tolerance);
    }

    /// <summary>Compares values that are not an entry of the file (a JSON case, or two ways to compute the same).</summary>
    public void CompareValues(string label, IReadOnlyList<double> expected, IReadOnlyList<double> actual, Shape? shape = null,
        double? allowed = null, bool relative = true)
    {
        _checked.Add(label);
        if (expected.Count != actual.Count)
        {
            _failures.Add($"{label}: {actual.Count} values instead of {expected.Count}");
            return;
        }

        double worst = 0;
        int at = -1;
        for (int i = 0; i < expected.Count; i++)
        {
            double error = Error(expected[i], actual[i], relative);
            if (error > worst)
            {
                (worst, at) = (error, i);
            }
        }

        if (worst > (allowed ?? tolerance))
        {
            _failures.Add(
                $"{label}{Index(at, shape)}: expected {expected[at]:G9}, is {actual[at]:G9}; error {worst:G3} of 1 + |expected|, "
                + $"allowed {allowed ?? tolerance:G3}");
        }
    }

    /// <summary>Compares a text that is not an entry of the file.</summary>
    public void CompareText(string label, string expected, string actual)
    {
        _checked.Add(label);
        if (expected != actual)
        {
            _failures.Add($"{label}: expected '{expected}', is '{actual}'");
        }
    }

    /// <summary>What went wrong, one line per entry; empty if all is well.</summary>
    public string Report()
    {
        IEnumerable<string> forgotten = test.Names
            .Where(name => (name.StartsWith("out/", StringComparison.Ordinal) || name.StartsWith("grad/", StringComparison.Ordinal))
                && !_checked.Contains(name))
            .Select(name => $"{name}: was not compared");
        return string.Join('\n', _failures.Concat(forgotten));
    }

    private void CompareGradient(string name, Tensor? gradient) => Compare(name, gradient ?? Tensor.Zeros(test.ShapeOf(name)));

    private static double Error(double expected, double actual, bool relative)
    {
        if (expected == actual || (double.IsNaN(expected) && double.IsNaN(actual)))
        {
            return 0;
        }

        double error = Math.Abs(actual - expected) / (relative ? 1 + Math.Abs(expected) : 1);
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }

    private static string Index(int flat, Shape? shape)
    {
        if (shape is not { } sizes)
        {
            return $"[{flat}]";
        }

        int[] index = new int[sizes.Rank];
        for (int axis = sizes.Rank - 1; axis >= 0; axis--)
        {
            (flat, index[axis]) = Math.DivRem(flat, sizes[axis]);
        }

        return $"[{string.Join(", ", index)}]";
    }
}
