using System.Globalization;
using ManagedTransformer.Server.Endpoints;
using ManagedTransformer.Server.Metrics;
using ManagedTransformer.Server.Responses;

namespace ManagedTransformer.Server.Pipeline;

/// <summary>What every request goes through: rules, an endpoint, a deadline; whatever fails becomes one sentence.</summary>
internal sealed class RequestPipeline
{
    private readonly ServerOptions _options;
    private readonly AccessRules _rules;
    private readonly Router _router;
    private readonly ServerMetrics _metrics;
    private readonly TextWriter _log;
    private readonly CancellationToken _stopping, _stopped;

    /// <summary>The way through a server.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="router">Its endpoints.</param>
    /// <param name="metrics">Told of every request.</param>
    /// <param name="log">A line for every request, without anything of its content.</param>
    /// <param name="stopping">From when on new requests are refused.</param>
    /// <param name="stopped">From when on none is answered any more.</param>
    public RequestPipeline(ServerOptions options, Router router, ServerMetrics metrics, TextWriter log, CancellationToken stopping,
        CancellationToken stopped)
    {
        (_options, _router, _metrics, _log, _stopping, _stopped) = (options, router, metrics, log, stopping, stopped);
        _rules = new AccessRules(options);
    }

    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        RequestMeasurements measurements = new();
        _metrics.Enter();
        using CancellationTokenSource deadline = new(_options.Deadline);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, deadline.Token, _stopped);
        int status = StatusCodes.Status500InternalServerError;
        try
        {
            SetHeaders(context.Response);
            await AnswerAsync(context, measurements, end.Token);
            status = context.Response.StatusCode;
        }
        catch (Exception e)
        {
            ApiError error = ApiError.Of(e, context, deadline.Token);
            status = error.Status;
            if (status == StatusCodes.Status500InternalServerError)
            {
                // Without the message, which may have a part of a text.
                await _log.WriteLineAsync($"{e.GetType()} at {measurements.Endpoint}\n{e.StackTrace}");
            }

            await FailAsync(context, error);
        }
        finally
        {
            _metrics.Leave(measurements, status);
            await WriteLineAsync(context, measurements, status);
        }
    }

    private static void SetHeaders(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["x-request-id"] = Guid.NewGuid().ToString("N");
    }

    // Behind the head of a stream an error is an event of it; where that does not go, the connection ends.
    private static async Task FailAsync(HttpContext context, ApiError error)
    {
        if (error.Status == ApiError.ClientLeft)
        {
            context.Abort();
            return;
        }

        try
        {
            if (!context.Response.HasStarted)
            {
                await error.WriteAsync(context);
                return;
            }

            using EventStream events = new(context);
            using CancellationTokenSource soon = new(TimeSpan.FromSeconds(1));
            await events.SendAsync(error.Write, soon.Token);
            await events.EndAsync(soon.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            context.Abort();
        }
    }

    private async Task AnswerAsync(HttpContext context, RequestMeasurements measurements, CancellationToken cancellation)
    {
        IEndpoint? endpoint = null;
        try
        {
            endpoint = _router.Find(context.Request);
            measurements.Endpoint = endpoint.Path;
        }
        finally
        {
            // Before anything is told, even of paths.
            _rules.Require(context.Request, endpoint?.IsOpen ?? false);
        }

        if (_stopping.IsCancellationRequested)
        {
            context.Response.Headers.Connection = "close";
            await ApiError.Stopping.WriteAsync(context);
            return;
        }

        await endpoint.HandleAsync(context, measurements, cancellation);
    }

    private Task WriteLineAsync(HttpContext context, RequestMeasurements measurements, int status)
    {
        string line = string.Create(CultureInfo.InvariantCulture,
            $"{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {Method(context)} {measurements.Endpoint} {status}");
        if (measurements.Model is { } model)
        {
            line += string.Create(CultureInfo.InvariantCulture,
                $" {model} prompt={measurements.PromptTokens} tokens={measurements.Tokens} seconds={measurements.Seconds:F3}");
        }

        if (measurements.FirstTokenSeconds is { } first)
        {
            line += string.Create(CultureInfo.InvariantCulture, $" first={first:F3}");
        }

        return _log.WriteLineAsync(line);
    }

    // A method may be any word.
    private static string Method(HttpContext context) => context.Request.Method is "GET" or "POST" or "HEAD" or "OPTIONS"
        ? context.Request.Method
        : "OTHER";
}
