using System.Globalization;
using FlashDiffusion.Deploy.Tests.Server;

namespace FlashDiffusion.Deploy.Tests.Manifests;

/// <summary>What the manifests run is the server as it is: its options, its ports, its health services; and it runs with no more rights than it needs.</summary>
public sealed class WorkloadTests
{
    private const int ShutdownMarginSeconds = 5;
    private static readonly Manifest Deployment = Manifest.Load("kubernetes/base/deployment.yaml").Single();
    private static readonly Manifest Runtime = Manifest.Load("kserve/servingruntime.yaml").Single();

    public static TheoryData<string> Files => ["kubernetes/base/deployment.yaml", "kubernetes/components/cuda/deployment.yaml", "kserve/servingruntime.yaml"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Container_ArgumentsAndEnvironment_AreOptionsOfTheServer(string file)
    {
        var container = ContainerOf(Manifest.Load(file).Single());
        Assert.All(YamlTree.List(container, "args").Cast<string>(), argument => Assert.Contains(argument.Split('=')[0], ServerSource.Switches.Keys));
        var names = YamlTree.List(container, "env").Select(variable => (string)YamlTree.At(variable, "name")!).Where(name => !name.StartsWith("OTEL_", StringComparison.Ordinal));
        Assert.All(names, name => Assert.Contains(name.Replace("__", ":", StringComparison.Ordinal), ServerSource.OptionKeys));
    }

    [Theory]
    [InlineData("kubernetes/base/deployment.yaml")]
    [InlineData("kserve/servingruntime.yaml")]
    public void Container_HasNoMoreRightsThanItNeeds(string file)
    {
        var manifest = Manifest.Load(file).Single();
        var container = ContainerOf(manifest);
        Assert.Equal(true, YamlTree.At(container, "securityContext", "readOnlyRootFilesystem"));
        Assert.Equal(false, YamlTree.At(container, "securityContext", "allowPrivilegeEscalation"));
        Assert.Equal(["ALL"], YamlTree.List(container, "securityContext", "capabilities", "drop"));
        var who = manifest.Kind == Deployment.Kind ? YamlTree.At(PodOf(manifest), "securityContext") : YamlTree.At(container, "securityContext");
        Assert.Equal(true, YamlTree.At(who, "runAsNonRoot"));
        Assert.Equal("1654", Convert.ToString(YamlTree.At(who, "runAsUser"), CultureInfo.InvariantCulture));
        Assert.Equal("RuntimeDefault", YamlTree.At(who, "seccompProfile", "type"));
    }

    [Theory]
    [InlineData("kubernetes/base/deployment.yaml")]
    [InlineData("kserve/servingruntime.yaml")]
    public void Probes_AskHealthServicesThatExist_OnThePortOfGrpc(string file)
    {
        var container = ContainerOf(Manifest.Load(file).Single());
        var grpcPort = YamlTree.List(container, "args").Cast<string>().Single(argument => argument.StartsWith("--grpc-port=", StringComparison.Ordinal)).Split('=')[1];
        foreach (var (probe, service) in new[] { ("startupProbe", "liveness"), ("livenessProbe", "liveness"), ("readinessProbe", "readiness") })
        {
            Assert.Contains(service, ServerSource.HealthServices);
            Assert.Equal(service, YamlTree.At(container, probe, "grpc", "service"));
            Assert.Equal(grpcPort, Convert.ToString(YamlTree.At(container, probe, "grpc", "port"), CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void ResumeKeys_AreAFileOfASecret_ThatChangesWithIt()
    {
        var container = ContainerOf(Deployment);
        var file = (string)YamlTree.At(YamlTree.List(container, "env").Single(variable => Equals(YamlTree.At(variable, "name"), "Resume__KeysFile")), "value")!;
        // A file that is mounted by subPath keeps what it had at the start.
        var mount = YamlTree.List(container, "volumeMounts").Single(mount => Equals(YamlTree.At(mount, "mountPath"), Path.GetDirectoryName(file)) && YamlTree.At(mount, "subPath") is null);
        var volume = YamlTree.List(PodOf(Deployment), "volumes").Single(volume => Equals(YamlTree.At(volume, "name"), YamlTree.At(mount, "name")));
        var secret = (string)YamlTree.At(volume, "secret", "secretName")!;
        // The key of the secret that the page tells how to make is the name of the file.
        Assert.Contains($"create secret generic {secret} --from-literal={Path.GetFileName(file)}=", DeployFolder.Read("README.md"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kubernetes/base/deployment.yaml")]
    [InlineData("kserve/servingruntime.yaml")]
    public void CurveFile_IsWhereTheServerMayWrite(string file)
    {
        var manifest = Manifest.Load(file).Single();
        var container = ContainerOf(manifest);
        var curves = (string)YamlTree.At(YamlTree.List(container, "env").Single(variable => Equals(YamlTree.At(variable, "name"), "Engine__CurveFile")), "value")!;
        var mount = YamlTree.List(container, "volumeMounts").Single(mount => Equals(YamlTree.At(mount, "mountPath"), Path.GetDirectoryName(curves)));
        Assert.NotEqual(true, YamlTree.At(mount, "readOnly"));
        Assert.NotNull(YamlTree.At(YamlTree.List(PodOf(manifest), "volumes").Single(volume => Equals(YamlTree.At(volume, "name"), YamlTree.At(mount, "name"))), "emptyDir"));
    }

    [Fact]
    public void Drain_HasTimeForThePause_TheGrace_AndTheLastAnswers()
    {
        var seconds = Number(YamlTree.At(PodOf(Deployment), "terminationGracePeriodSeconds"));
        Assert.True(seconds >= DrainOf(Deployment), $"{seconds} s");

        var service = Manifest.Load("kserve/inferenceservice.yaml").Single();
        Assert.True(Number(YamlTree.At(service.Tree, "spec", "predictor", "terminationGracePeriodSeconds")) >= DrainOf(Runtime));
    }

    // Nothing is NOT_SERVING during the pause, and the ports close with the delay: without one nobody who watches would see it.
    [Theory]
    [InlineData("kubernetes/base/deployment.yaml")]
    [InlineData("kserve/servingruntime.yaml")]
    public void Drain_ShowsThatItIsNotServing_BeforeThePortsClose(string file) => Assert.InRange(Argument(Manifest.Load(file).Single(), "--drain-delay"), 1, 30);

    [Fact]
    public void Autoscalers_AskForTheSameQueue()
    {
        var keda = (string)YamlTree.At(Manifest.Load("kubernetes/components/autoscaling/scaledobject.yaml").Single().Tree, "spec", "triggers", 0, "metadata", "query")!;
        var service = Manifest.Load("kserve/inferenceservice.yaml").Single().Tree;
        var kserve = (string)YamlTree.At(service, "spec", "predictor", "autoScaling", "metrics", 0, "external", "metric", "query")!;
        Assert.All([keda, kserve], query => Assert.StartsWith("sum(flashdiffusion_queue_work{namespace=\"", query, StringComparison.Ordinal));

        // In one namespace there may be several services, and each is scaled by its own work.
        Assert.Contains($"pod=~\"{YamlTree.At(service, "metadata", "name")}-predictor-.*\"", kserve, StringComparison.Ordinal);
    }

    [Fact]
    public void Route_LeadsToServicesThatExist()
    {
        var rules = YamlTree.List(Manifest.Load("kubernetes/components/gateway/grpcroute.yaml").Single().Tree, "spec", "rules");
        var routed = rules.SelectMany(rule => YamlTree.List(rule, "matches")).Select(match => (string)YamlTree.At(match, "method", "service")!);
        Assert.All(routed, service => Assert.Contains(service, ServerSource.GrpcServices));
    }

    private static double DrainOf(Manifest manifest)
    {
        var container = ContainerOf(manifest);
        return Number(YamlTree.At(container, "lifecycle", "preStop", "sleep", "seconds")) + Argument(manifest, "--drain-delay") + Argument(manifest, "--grace") + ShutdownMarginSeconds;
    }

    private static double Argument(Manifest manifest, string name) =>
        Number(YamlTree.List(ContainerOf(manifest), "args").Cast<string>().Single(argument => argument.StartsWith(name + "=", StringComparison.Ordinal)).Split('=')[1]);

    private static object? PodOf(Manifest manifest) => manifest.Kind == "ServingRuntime" ? YamlTree.At(manifest.Tree, "spec") : YamlTree.At(manifest.Tree, "spec", "template", "spec");

    private static object? ContainerOf(Manifest manifest) => YamlTree.List(PodOf(manifest), "containers").Single();

    private static double Number(object? value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);
}
