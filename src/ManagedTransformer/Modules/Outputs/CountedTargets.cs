using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Outputs;

/// <summary>Which targets a loss counts.</summary>
internal static class CountedTargets
{
    /// <summary>The options, or the usual ones, which leave padding out where they name no other target.</summary>
    /// <param name="options">As the caller wants it; null for the usual ones.</param>
    /// <param name="padding">The padding's id; null for none.</param>
    public static CrossEntropyOptions Ignoring(this CrossEntropyOptions? options, int? padding)
    {
        options ??= new CrossEntropyOptions();
        return options with { IgnoredTarget = options.IgnoredTarget ?? padding };
    }
}
