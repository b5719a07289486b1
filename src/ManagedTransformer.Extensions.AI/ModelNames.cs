namespace ManagedTransformer.Extensions.AI;

/// <summary>What clients call their models.</summary>
internal static class ModelNames
{
    /// <summary>The name that the options give, or that of the model's folder.</summary>
    public static string Of(LanguageModel model, LanguageModelClientOptions options) =>
        options.ModelId ?? (model.Folder is { } folder ? Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) : "model");

    /// <summary>Refuses a request for another model.</summary>
    /// <param name="asked">The model that a request names; null for none.</param>
    /// <param name="name">This model's name.</param>
    /// <exception cref="NotSupportedException">They differ.</exception>
    public static void Require(string? asked, string name)
    {
        if (asked is not null && asked != name)
        {
            throw new NotSupportedException($"The request asks for the model '{asked}', and this client has '{name}'.");
        }
    }
}
