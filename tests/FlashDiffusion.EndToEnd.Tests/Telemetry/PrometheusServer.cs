using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Telemetry;

/// <summary>A real Prometheus that scrapes one address every second.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-prometheus-");
    private readonly Process _process;
    private readonly HttpClient _http;

    /// <param name="target">The address.</param>
    /// <param name="rules">Alert rules that it looks at every second; none if empty.</param>
    public PrometheusServer(Uri target, string rules = "")
    {
        var port = FreePort.Next();
        var ruleFile = Path.Combine(_folder.FullName, "rules.yml");
        File.WriteAllText(ruleFile, rules);
        var config = Path.Combine(_folder.FullName, "prometheus.yml");
        File.WriteAllText(config, $"""
            global:
              scrape_interval: 1s
              evaluation_interval: 1s
            rule_files: ["{ruleFile}"]
            scrape_configs:
              - job_name: flashdiffusion
                static_configs:
                  - targets: ["{target.Authority}"]
            """);
        _process = Process.Start(new ProcessStartInfo(
            OutsideTool.Require("prometheus"),
            [$"--config.file={config}", $"--storage.tsdb.path={Path.Combine(_folder.FullName, "data")}", $"--web.listen-address=127.0.0.1:{port}"])
        {
            RedirectStandardError = true,
        })!;
        // Nobody reads it, and a full pipe would stop it.
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    /// <summary>Waits until a query has a value that is fine.</summary>
    public async Task<double> EventuallyAsync(string query, Func<double, bool> fine)
    {
        double? seen = null;
        for (var i = 0; i < 300; i++)
        {
            seen = await QueryAsync(query);
            if (seen is { } value && fine(value))
            {
                return value;
            }

            await Task.Delay(200, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"{query} is {seen}.");
    }

    /// <summary>What Prometheus knows of a metric: its type, from the help of the exposition.</summary>
    public async Task<string?> TypeAsync(string metric)
    {
        var answer = JsonNode.Parse(await _http.GetStringAsync($"/api/v1/metadata?metric={metric}", TestContext.Current.CancellationToken));
        return answer!["data"]?[metric]?[0]?["type"]?.GetValue<string>();
    }

    /// <summary>What each alert that fires says, by its name; one of several with that name.</summary>
    public async Task<Dictionary<string, string>> AlertsAsync()
    {
        var answer = JsonNode.Parse(await _http.GetStringAsync("/api/v1/alerts", TestContext.Current.CancellationToken));
        return answer!["data"]!["alerts"]!.AsArray().GroupBy(alert => alert!["labels"]!["alertname"]!.GetValue<string>())
            .ToDictionary(group => group.Key, group => group.First()!["annotations"]!["summary"]!.GetValue<string>());
    }

    /// <summary>Whether a query had any answer an hour before anybody asked.</summary>
    public async Task<bool> WasAnsweredBeforeAsync(string query)
    {
        var time = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeSeconds();
        var answer = JsonNode.Parse(await _http.GetStringAsync($"/api/v1/query?time={time}&query={Uri.EscapeDataString(query)}", TestContext.Current.CancellationToken));
        return answer!["data"]!["result"]!.AsArray().Count > 0;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<double?> QueryAsync(string query)
    {
        try
        {
            var answer = JsonNode.Parse(await _http.GetStringAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}", TestContext.Current.CancellationToken));
            return answer!["data"]!["result"]!.AsArray() is [var first, ..] ? double.Parse(first!["value"]![1]!.GetValue<string>(), CultureInfo.InvariantCulture) : null;
        }
        catch (HttpRequestException)
        {
            // Not up yet.
            return null;
        }
    }
}
