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
            named.Parameter.RequiresGradient = hasAdapters ? LoraAdapters.IsAdapter(named.Name) : trainable switch
            {
                TrainableParameters.All => true,
                TrainableParameters.AttentionOnly => AttentionPart().IsMatch(named.Name),
                _ => FeaturePart().IsMatch(named.Name),
            };
        }

        return [.. parameters.Where(named => named.Parameter.RequiresGradient)];
    }

    [GeneratedRegex(@"^(?!encoder\.)(.+\.)?(cross_)?attn\.((query|key|value|feature|feature_query|feature_key|gate)\.|window_factor$)",
        RegexOptions.CultureInvariant)]
    private static partial Regex AttentionPart();

    [GeneratedRegex(@"(^|\.)(cross_)?attn\.((feature|feature_query|feature_key)\.|window_factor$)", RegexOptions.CultureInvariant)]
    private static partial Regex FeaturePart();
}
