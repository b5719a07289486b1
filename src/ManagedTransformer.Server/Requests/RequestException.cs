namespace ManagedTransformer.Server.Requests;

/// <summary>A request that is not answered, and the reason in one sentence.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">One sentence.</param>
/// <param name="parameter">The parameter at fault; null for none.</param>
/// <param name="code">A word by which programs tell the reason; null for none.</param>
internal sealed class RequestException(int status, string message, string? parameter = null, string? code = null) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The parameter at fault; null for none.</summary>
    public string? Parameter { get; } = parameter;

    /// <summary>A word by which programs tell the reason; null for none.</summary>
    public string? Code { get; } = code;

    /// <summary>A value that cannot be, status 400.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="problem">What follows its name.</param>
    public static RequestException Invalid(string parameter, string problem) =>
        new(StatusCodes.Status400BadRequest, $"'{parameter}' {problem}.", parameter, "invalid_value");

    /// <summary>A parameter that asks for what the server cannot do, status 400.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="reason">What follows its name.</param>
    public static RequestException Unsupported(string parameter, string reason) =>
        new(StatusCodes.Status400BadRequest, $"'{parameter}' {reason}.", parameter, "unsupported_parameter");
}
