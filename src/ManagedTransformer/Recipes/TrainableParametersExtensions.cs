using System.Text.RegularExpressions;
using ManagedTransformer.Modules;

namespace ManagedTransformer.Recipes;

/// <summary>Applies <see cref="TrainableParameters"/> to a model.</summary>
internal static partial class TrainableParametersExtensions
{
    /// <summary>Turns the gradients of the other parameters off and returns those that are trained.</summary>
    public static IReadOnlyList<NamedParameter> Choose(this TrainableParameters trainable, IReadOnlyList<NamedParameter> parameters)
    {
        foreach (NamedParameter named in parameters)
        {
            named.Parameter.RequiresGradient = trainable == TrainableParameters.All || AttentionPart().IsMatch(named.Name);
        }

        return [.. parameters.Where(named => named.Parameter.RequiresGradient)];
    }

    [GeneratedRegex(@"^(?!encoder\.)(.+\.)?(cross_)?attn\.(query|key|value|feature|gate)\.", RegexOptions.CultureInvariant)]
    private static partial Regex AttentionPart();
}
