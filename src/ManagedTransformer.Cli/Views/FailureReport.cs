using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Terminals;

namespace ManagedTransformer.Cli.Views;

/// <summary>
/// Tells that a command failed: a sentence on standard error, and for who reads JSON <c>{"error": …}</c> on standard output as well.
/// </summary>
/// <param name="terminal">Where to write.</param>
/// <param name="isJson">Whether the command was asked for JSON.</param>
internal sealed class FailureReport(Terminal terminal, bool isJson)
{
    /// <summary>The variable of the environment that, set to 1, adds stack traces.</summary>
    public const string StackTraceVariable = "MT_STACKTRACE";

    /// <summary>Writes the report.</summary>
    /// <param name="message">A sentence.</param>
    /// <param name="e">What the stack trace is of; null: of nothing.</param>
    /// <param name="result">In JSON, what there is of a result; null for nothing.</param>
    public void Write(string message, Exception? e = null, JsonObject? result = null)
    {
        message = message.ReplaceLineEndings(" ");
        try
        {
            terminal.Error.WriteLine(message);
            if (e is not null && Environment.GetEnvironmentVariable(StackTraceVariable) == "1")
            {
                terminal.Error.WriteLine(e.ToString());
            }

            if (isJson)
            {
                result ??= [];
                result["error"] = message;
                JsonOutput.Write(terminal.Output, result);
            }
        }
        catch (IOException)
        {
            // Nobody is left to tell: the exit code says it.
        }
    }
}
