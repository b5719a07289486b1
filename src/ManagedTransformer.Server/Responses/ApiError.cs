using System.Text.Json;
using ManagedTransformer.Generation.Batching;
using ManagedTransformer.Server.Requests;

namespace ManagedTransformer.Server.Responses;

/// <summary>A failure as OpenAI's API tells it: <c>{"error": {"message", "type", "param", "code"}}</c>.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Message">One sentence.</param>
/// <param name="Parameter">The parameter at fault; null for none.</param>
/// <param name="Code">A word for programs; null for none.</param>
internal sealed record ApiError(int Status, string Message, string? Parameter, string? Code)
{
    /// <summary>The client has left before the answer (a status of logs and metrics alone).</summary>
    public const int ClientLeft = 499;

    private string Type => Status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status404NotFound => "not_found_error",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= StatusCodes.Status500InternalServerError => "server_error",
        _ => "invalid_request_error",
    };

    /// <summary>What becomes of an exception.</summary>
    /// <param name="e">The exception.</param>
    /// <param name="context">The request.</param>
    /// <param name="deadline">Cancelled when the request had taken too long.</param>
    public static ApiError Of(Exception e, HttpContext context, CancellationToken deadline) => e switch
    {
        RequestException request => new(request.Status, request.Message, request.Parameter, request.Code),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new(
            StatusCodes.Status413PayloadTooLarge, "The body is longer than this server reads.", null, "body_too_large"),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => new(
            StatusCodes.Status408RequestTimeout, "The body came too slowly.", null, "request_timeout"),
        BadHttpRequestException bad => new(bad.StatusCode, "The request is no valid HTTP.", null, "bad_request"),
        InputException => new(StatusCodes.Status400BadRequest, e.Message, null, "invalid_value"),
        BatchFullException => new(StatusCodes.Status429TooManyRequests, e.Message, null, "queue_full"),
        _ when context.RequestAborted.IsCancellationRequested => new(ClientLeft, "The client has left.", null, "client_left"),
        OperationCanceledException when deadline.IsCancellationRequested => new(
            StatusCodes.Status504GatewayTimeout, "The request took longer than this server allows.", null, "deadline_exceeded"),
        OperationCanceledException or ObjectDisposedException => Stopping,
        _ => new(StatusCodes.Status500InternalServerError, "The server failed; its log says more.", null, "internal_error"),
    };

    /// <summary>The server is being stopped.</summary>
    public static ApiError Stopping { get; } =
        new(StatusCodes.Status503ServiceUnavailable, "The server is stopping.", null, "server_stopping");

    /// <summary>Writes the error as a whole response.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        switch (Status)
        {
            case StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable:
                context.Response.Headers.RetryAfter = "1";
                break;
            case StatusCodes.Status401Unauthorized:
                context.Response.Headers.WWWAuthenticate = "Bearer";
                break;
            default:
                break;
        }

        await JsonResponse.WriteAsync(context, Write, CancellationToken.None);
    }

    /// <summary>Writes the error's JSON.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", Message);
        json.WriteString("type", Type);
        json.WriteString("param", Parameter);
        json.WriteString("code", Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
