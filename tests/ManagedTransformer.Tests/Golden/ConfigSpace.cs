using System.Text.Json;
using System.Text.Json.Nodes;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Golden;

/// <summary>Settings of cases that no file has: every key in turn takes its other values, and models are held against themselves.</summary>
internal static class ConfigSpace
{
    /// <summary>A set of settings, and that set with each change.</summary>
    /// <param name="basis">JSON object.</param>
    /// <param name="changes">JSON objects whose keys take the place of those of the basis.</param>
    public static IEnumerable<string> Variants(string basis, params string[] changes)
    {
        yield return basis;
        foreach (string change in changes)
        {
            JsonObject changed = JsonNode.Parse(basis)!.AsObject();
            foreach ((string key, JsonNode? value) in JsonNode.Parse(change)!.AsObject())
            {
                changed[key] = value?.DeepClone();
            }

            yield return changed.ToJsonString();
        }
    }

    public static GoldenConfig Parse(string json) => new(JsonDocument.Parse(json).RootElement);

    /// <summary>Ids that are neither padding nor another special token.</summary>
    public static Tensor Tokens(int rows, int length, int vocab, int seed) =>
        Tensor.From([.. Enumerable.Range(0, rows * length).Select(i => 4 + ((i * 7) + (i * i * 3) + seed) % (vocab - 4))],
            new Shape(rows, length));

    public static void Near(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        float[] wanted = expected.ToArray(), given = actual.ToArray();
        double scale = 1 + wanted.Select(value => (double)Math.Abs(value)).DefaultIfEmpty().Max();
        for (int i = 0; i < wanted.Length; i++)
        {
            Assert.True(Math.Abs(wanted[i] - given[i]) <= tolerance * scale,
                $"element {i} of {expected.Shape}: {given[i]} instead of {wanted[i]}");
        }
    }

    /// <summary>The derivative of a loss along one random direction through all parameters against the difference of two losses.</summary>
    public static void CheckGradients(Module module, Func<Tensor> loss)
    {
        // Away from initial values that are singular: tables of zeros below norms, spans at the end of their range.
        NamedParameter[] parameters = [.. module.Parameters()];
        RandomSource random = new(5);
        using (new NoGradientScope())
        {
            foreach (NamedParameter named in parameters)
            {
                named.Parameter.Assign(named.Parameter + Tensor.Normal(named.Parameter.Shape, 0.05f, 0.15f, random.NextKey()));
            }
        }

        module.ClearGradients();
        loss().Backward();
        double slope = 0;
        Tensor[] directions = new Tensor[parameters.Length], values = new Tensor[parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            Parameter parameter = parameters[i].Parameter;
            values[i] = parameter.Detach() * 1;
            directions[i] = Tensor.Normal(parameter.Shape, 0, 1 / MathF.Sqrt(parameter.Count), random.NextKey());
            Tensor? gradient = parameter.RowGradient?.ToDense() ?? parameter.Gradient;
            Assert.All(gradient?.ToArray() ?? [], value => Assert.True(float.IsFinite(value), parameters[i].Name));
            slope += gradient is null ? 0 : (gradient * directions[i]).ToArray().Sum(value => (double)value);
        }

        // A long step may lead across the kink of a ReLU, a short one is lost in rounding.
        double[] differences = [.. new[] { 3e-4f, 1e-4f, 3e-5f }.Select(step => (Loss(step) - Loss(-step)) / (2 * step))];
        Assert.True(differences.Any(difference => Math.Abs(slope - difference) <= 0.02 + (0.02 * Math.Abs(slope))),
            $"the derivative is {slope}, the differences {string.Join(", ", differences)}");

        double Loss(float step)
        {
            using NoGradientScope _ = new();
            for (int i = 0; i < parameters.Length; i++)
            {
                parameters[i].Parameter.Assign(values[i] + (directions[i] * step));
            }

            return loss().Item();
        }
    }
}
