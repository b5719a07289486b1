using System.Text.RegularExpressions;
using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Modules;

namespace ManagedTransformer.Recipes;

/// <summary>Applies <see cref="TrainableParameters"/> to a model.</summary>
internal static partial class TrainableParametersExtensions
{
    /// <summary>
    /// Turns the gradients of the other parameters off and returns those that are trained: of a model with adapters these alone.
    /// </summary>
    public static IReadOnlyList<NamedParameter> Choose(this TrainableParameters trainable, IReadOnlyList<NamedParameter> parameters)
    {
        bool hasAdapters = parameters.Any(named => LoraAdapters.IsAdapter(named.Name));
        foreach (NamedParameter named in parameters)
        {
            named.Parameter.RequiresGradient = hasAdapters ? LoraAdapters.IsAdapter(named.Name)
                : trainable == TrainableParameters.All || AttentionPart().IsMatch(named.Name);
        }

        return [.. parameters.Where(named => named.Parameter.RequiresGradient)];
    }

    [GeneratedRegex(@"^(?!encoder\.)(.+\.)?(cross_)?attn\.(query|key|value|feature|gate)\.", RegexOptions.CultureInvariant)]
    private static partial Regex AttentionPart();
}
