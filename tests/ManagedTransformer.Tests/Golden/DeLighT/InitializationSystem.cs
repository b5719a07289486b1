using System.Text.Json;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.DeLighT;

/// <summary>
/// Distributions of initial values: bounds are kept and nearly reached, deviations are met within what the number of values allows.
/// </summary>
internal sealed class InitializationSystem : IGoldenSystem
{
    public string Name => "init";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        CausalLanguageModel model = new(DelightModels.LanguageModel(test.Config.Object("model"), 64), new RandomSource(1));
        Dictionary<string, Parameter> parameters = model.Parameters().ToDictionary(named => named.Name, named => named.Parameter);
        foreach ((string name, JsonElement rule) in test.Config.Entries("rules"))
        {
            float[] values = parameters[name].ToArray();
            string kind = rule[0].GetString()!;
            double expected = rule[1].GetDouble(), allowed = 6 / Math.Sqrt(values.Length);
            switch (kind)
            {
                case "constant":
                    check.CompareValues(name, [.. values.Select(_ => expected)], [.. values.Select(value => (double)value)]);
                    break;
                case "uniform":
                    check.CompareValues(name + " within its bound", [0], [values.Count(value => Math.Abs(value) > expected * 1.000001)]);
                    check.CompareValues(name, [1], [Math.Sqrt(values.Average(value => (double)value * value)) * Math.Sqrt(3) / expected],
                        allowed: allowed);
                    break;
                default:
                    int width = parameters[name].Shape[1], pad = test.Config.Object("model").Int("pad");
                    check.CompareValues(name + ", the padding row", new double[width],
                        [.. values.Skip(pad * width).Take(width).Select(value => (double)value)]);
                    check.CompareValues(name, [1], [Math.Sqrt(values.Average(value => (double)value * value)) / expected],
                        allowed: allowed);
                    break;
            }
        }

        check.CompareValues("parameters without a rule", [0],
            [parameters.Keys.Except(test.Config.Entries("rules").Select(entry => entry.Key)).Count()]);
    }
}
