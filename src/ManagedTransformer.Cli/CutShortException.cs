using System.Text.Json.Nodes;

namespace ManagedTransformer.Cli;

/// <summary>A result in JSON that a failure cut short; what there is of it is printed with the failure.</summary>
/// <param name="result">Its members so far, without <c>error</c>.</param>
/// <param name="failure">What went wrong.</param>
internal sealed class CutShortException(JsonObject result, Exception failure) : Exception(failure.Message, failure)
{
    /// <summary>The members so far.</summary>
    public JsonObject Result => result;
}
