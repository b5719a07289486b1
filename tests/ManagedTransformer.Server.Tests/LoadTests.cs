using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace ManagedTransformer.Server.Tests;

/// <summary>Clients that are too many, too slow or gone, and a server that stops.</summary>
public sealed class LoadTests
{
    private const string Long = """{"model": "tiny", "prompt": "hello", "seed": 1, "max_tokens": 480, "stream": true}""";

    [Fact]
    public async Task WhatDoesNotFitIntoTheQueueGets429()
    {
        await using TestServer server = await TestServer.StartAsync(options => options with { Slots = 1, Queue = 1 }, isSlow: true);
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/completions")
        {
            Content = new StringContent(Long, Encoding.UTF8, "application/json"),
        };
        using (HttpResponseMessage running = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            JsonNode answer = await server.PostAsync("/v1/completions", """{"model": "tiny", "prompt": "hello", "n": 2}""", 429);
            Assert.Equal("queue_full", (string?)answer["error"]!["code"]);
        }

        // Nothing of a request that was refused stays behind.
        await WaitForAsync(async () => await server.MetricAsync("mt_texts_running{model=\"tiny\"}") == 0);
        await server.PostAsync("/v1/completions", """{"model": "tiny", "prompt": "hello", "n": 2}""", 200);
    }

    [Fact]
    public async Task WhatCanNeverFitIsNoMatterOfTrying()
    {
        await using TestServer server = await TestServer.StartAsync(options => options with { Slots = 1, Queue = 1 });
        JsonNode answer = await server.PostAsync("/v1/completions", """{"model": "tiny", "prompt": "hello", "n": 3}""", 400);
        Assert.Contains("has room for 2 at a time", (string?)answer["error"]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task AClientThatHasGoneFreesItsSlot()
    {
        await using TestServer server = await TestServer.StartAsync(options => options with { Slots = 1, Queue = 0 }, isSlow: true);
        using (TcpClient client = new())
        {
            await client.ConnectAsync(IPAddress.Loopback, server.Address.Port);
            string request = "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + $"Content-Length: {Long.Length}\r\n\r\n{Long}";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
            byte[] head = new byte[64];
            Assert.True(await client.GetStream().ReadAsync(head) > 0);
            Assert.StartsWith("HTTP/1.1 200", Encoding.ASCII.GetString(head), StringComparison.Ordinal);
        }

        await WaitForAsync(async () => await server.MetricAsync("mt_texts_running{model=\"tiny\"}") == 0
            && await server.MetricAsync("mt_requests_in_flight") == 1);
        Assert.True(await server.MetricAsync("mt_generated_tokens_total{model=\"tiny\"}") < 480);
        await WaitForAsync(() => Task.FromResult(server.Log.Contains(" 499 ", StringComparison.Ordinal)));
        await server.PostAsync("/v1/completions", """{"model": "tiny", "prompt": "hello"}""", 200);
    }

    [Fact]
    public async Task ARequestEndsAtItsDeadline()
    {
        await using TestServer server = await TestServer.StartAsync(options => options with { Deadline = TimeSpan.FromMilliseconds(1) });
        JsonNode answer = await server.PostAsync(
            "/v1/completions", """{"model": "tiny", "prompt": "hello", "max_tokens": 480}""", 504);
        Assert.Equal("deadline_exceeded", (string?)answer["error"]!["code"]);
    }

    [Fact]
    public async Task AHeadThatDoesNotComeEndsItsConnection()
    {
        await using TestServer server = await TestServer.StartAsync(options => options with { HeaderTime = TimeSpan.FromSeconds(1) });
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        await client.GetStream().WriteAsync("POST /v1/completions HTTP/1.1\r\nHost: loc"u8.ToArray());
        using StreamReader reader = new(client.GetStream());
        string answer = await reader.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServerThatStopsFinishesWhatItBegan()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/completions")
        {
            Content = new StringContent(Long, Encoding.UTF8, "application/json"),
        };
        using HttpResponseMessage response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Task stopping = server.StopAsync();
        string text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        Assert.Contains("\"finish_reason\":\"length\"", text, StringComparison.Ordinal);
        await stopping;
        await Assert.ThrowsAsync<HttpRequestException>(() => server.Http.GetAsync("/health"));
    }

    [Fact]
    public async Task AServerThatStopsAtOnceTellsIt()
    {
        await using TestServer server = await TestServer.StartAsync(isSlow: true);
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/completions")
        {
            Content = new StringContent(Long, Encoding.UTF8, "application/json"),
        };
        using HttpResponseMessage response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await server.StopAsync(new CancellationToken(canceled: true));
        string text = await response.Content.ReadAsStringAsync();
        Assert.Contains("server_stopping", text, StringComparison.Ordinal);
    }

    private static async Task WaitForAsync(Func<Task<bool>> condition)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            await Task.Delay(10, patience.Token);
        }
    }
}
