using System.CommandLine;
using System.Text.Json.Nodes;
using FlashDiffusion.Cli.Bench;
using FlashDiffusion.Cli.Display;
using FlashDiffusion.Cli.Json;
using FlashDiffusion.Cli.Measurements;
using FlashDiffusion.Cli.Reconstruction;
using FlashDiffusion.Cli.Serving;
using FlashDiffusion.Client;
using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Commands;

/// <summary><c>flash bench</c>: how a server copes with requests that arrive at a rate.</summary>
internal static class BenchCommand
{
    private const string DefaultOperator = "inpainting";
    private const int MostRequests = 100_000;

    public static Command Create(CliContext context)
    {
        var rate = new Option<double>("--rate")
        {
            Description = "Requests a second, whether or not the server keeps up.",
            HelpName = "PER SECOND",
            DefaultValueFactory = _ => 1,
        }.Between(0.001, 10000, "a second");
        var duration = new Option<double>("--duration")
        {
            Description = "How long requests arrive, in seconds; answers are waited for after that.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => 30,
        }.Between(0.001, 86400, "seconds");
        var count = new Option<int?>("--requests") { Description = "Number of requests, instead of --duration.", HelpName = "COUNT" }.Between(1, MostRequests);
        var arrivals = new Option<string>("--arrivals")
        {
            Description = "poisson: by chance, as those of many users; even: at equal distances.",
            DefaultValueFactory = _ => "poisson",
        };
        arrivals.AcceptOnlyFromAmong("poisson", "even");
        var patience = new Option<double>("--patience")
        {
            Description = "How long after the last arrival answers are waited for, in seconds; then they count as lost.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => 120,
        }.Between(0, 86400, "seconds");
        var warmup = new Option<int>("--warmup")
        {
            Description = "Requests before the measurement, one after the other.",
            HelpName = "COUNT",
            DefaultValueFactory = _ => 1,
        }.Between(0, 1000);
        var every = new Option<int>("--every")
        {
            Description = "A latent every so many steps.",
            HelpName = "STEPS",
            DefaultValueFactory = _ => 1,
        }.Between(1, 1000, "steps");
        var resume = new Option<bool>("--resume") { Description = "Let the client resume and wait as it usually does, instead of counting every break and refusal." };
        var json = JsonOutput.Option();
        var (clean, connection, forward, solver) = (new CleanPictureOptions(64), new ConnectionOptions(), new OperatorOptions(DefaultOperator), new SolverOptions());
        var command = new Command("bench", "Sends requests at a fixed rate to a running server and measures what its users would see.")
        {
            rate, duration, count, arrivals, patience, warmup, every, resume, json,
        };
        clean.AddTo(command);
        forward.AddTo(command);
        solver.AddTo(command);
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = solver.Read(parsed);
            var plan = new BenchPlan(
                parsed.GetValue(rate),
                parsed.GetValue(count) ?? (int)Math.Clamp(Math.Round(parsed.GetValue(rate) * parsed.GetValue(duration)), 1, MostRequests),
                parsed.GetValue(arrivals) == "even" ? Arrivals.Even : Arrivals.Poisson,
                request.HasSeed ? request.Seed : SolverOptions.DefaultSeed,
                TimeSpan.FromSeconds(parsed.GetValue(patience)));
            var display = Displays.For(context, parsed.GetValue(json));
            using var client = connection.Connect(parsed, parsed.GetValue(resume) ? null : ResumePolicy.None);
            await PrepareAsync().ConfigureAwait(false);
            var figures = await display.CountAsync(
                "requests answered", plan.Count, ended => new BenchRun(client, plan, context.Clock).RunAsync(request, ended, cancellation)).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(context, JsonNode.Parse(BenchJson.Write(figures))!);
            }
            else
            {
                foreach (var line in BenchTable.Summary(figures))
                {
                    display.Say(line);
                }

                display.Show(BenchTable.Create(figures));
            }

            return figures.Failed + figures.Lost == 0 ? ExitCode.Success : ExitCode.Failed;

            async Task PrepareAsync()
            {
                var model = await ServerReadiness.WaitAsync(client, solver.Model(parsed), null, cancellation).ConfigureAwait(false);
                (request.Operator, var degraded) = await Degradation.MakeAsync(
                    client, clean.Picture(parsed), forward.Read(parsed), clean.Severity(parsed), model, plan.Seed, cancellation).ConfigureAwait(false);
                request.Measurement = degraded.Measurement;
                request.Progress = new ProgressOptions { EverySteps = parsed.GetValue(every), IncludeLatent = true };
                for (var i = 0; i < parsed.GetValue(warmup); i++)
                {
                    await display.TrackManyAsync(begin => ReconstructionRun.RunAsync(client, request, begin("warm-up"), context.Clock, cancellation)).ConfigureAwait(false);
                }

                display.Say(FormattableString.Invariant($"{plan.Count} requests at {plan.Rate} a second: {Lines.Describe(request.Operator)}"));
            }
        });
        return command;
    }
}
