namespace FlashDiffusion.Deploy.Tests.Manifests;

public sealed class ManifestTests
{
    public static TheoryData<string> Files => [.. Manifest.All().Select(manifest => manifest.File).Distinct()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Manifest_Strictly_HasOnlyFieldsOfItsKind(string file) => Assert.All(Manifest.Load(file), manifest =>
    {
        Assert.NotEqual("", manifest.ApiVersion);
        Assert.Empty(manifest.Problems());
    });

    // Each a manifest, a text in it, and what a tired person might have written instead.
    [Theory]
    [InlineData("kubernetes/base/deployment.yaml", "containerPort: 8001", "containerPrt: 8001")]
    [InlineData("kubernetes/base/deployment.yaml", "readOnlyRootFilesystem", "readonlyRootFilesystem")]
    [InlineData("kubernetes/base/deployment.yaml", "terminationGracePeriodSeconds: 150", "terminationGracePeriodSeconds: long")]
    [InlineData("kubernetes/base/services.yaml", "appProtocol: kubernetes.io/h2c", "appProtokol: kubernetes.io/h2c")]
    [InlineData("kubernetes/base/networkpolicy.yaml", "namespaceSelector", "namespacesSelector")]
    [InlineData("kubernetes/base/poddisruptionbudget.yaml", "maxUnavailable", "maxUnavailble")]
    [InlineData("kubernetes/base/models.yaml", "accessModes", "accessMode")]
    [InlineData("kubernetes/base/namespace.yaml", "labels:", "label:")]
    [InlineData("kubernetes/base/serviceaccount.yaml", "automountServiceAccountToken: false", "automountServiceAccountToken: never")]
    [InlineData("kubernetes/base/kustomization.yaml", "newTag", "tag")]
    [InlineData("kubernetes/components/cuda/kustomization.yaml", "path:", "file:")]
    [InlineData("kubernetes/components/cuda/deployment.yaml", "tolerations", "toleration")]
    [InlineData("kubernetes/components/autoscaling/scaledobject.yaml", "threshold: \"2000\"", "treshold: \"2000\"")]
    [InlineData("kubernetes/components/autoscaling/scaledobject.yaml", "threshold: \"2000\"", "threshold: 2000")]
    [InlineData("kubernetes/components/autoscaling/scaledobject.yaml", "maxReplicaCount", "maxReplicas")]
    [InlineData("kubernetes/components/gateway/grpcroute.yaml", "backendRefs", "backends")]
    [InlineData("kubernetes/components/gateway/grpcroute.yaml", "port: 8001", "port: grpc")]
    [InlineData("kserve/servingruntime.yaml", "multiModel: false", "multimodel: false")]
    [InlineData("kserve/servingruntime.yaml", "containerPort", "containerPrt")]
    [InlineData("kserve/servingruntime.yaml", "emptyDir", "emptyDirectory")]
    [InlineData("kserve/inferenceservice.yaml", "storageUri", "storageUrl")]
    [InlineData("kserve/inferenceservice.yaml", "type: External", "type: Outside")]
    // What KServe's webhook refuses, though the definition allows it.
    [InlineData("kserve/inferenceservice.yaml", " value: \"2000\"", " averageValue: \"2000\"")]
    public void Manifest_WithAPlantedError_IsRefused(string file, string right, string wrong)
    {
        var text = DeployFolder.Read(file);
        Assert.Contains(right, text, StringComparison.Ordinal);
        Assert.Contains(Manifest.Parse(file, text.Replace(right, wrong, StringComparison.Ordinal)), manifest => manifest.Problems().Count > 0);
    }

    [Fact]
    public void Kustomizations_Together_NameEveryFile()
    {
        var named = new HashSet<string>();
        foreach (var manifest in Manifest.All().Where(manifest => manifest.Kind is "Kustomization" or "Component"))
        {
            var folder = Path.GetDirectoryName(manifest.File)!;
            string[] names =
            [
                .. YamlTree.List(manifest.Tree, "resources").Cast<string>(), .. YamlTree.List(manifest.Tree, "components").Cast<string>(),
                .. YamlTree.List(manifest.Tree, "patches").Select(patch => (string)YamlTree.At(patch, "path")!),
            ];
            foreach (var path in names.Select(name => Path.GetRelativePath(DeployFolder.Root, Path.GetFullPath(DeployFolder.PathOf(Path.Combine(folder, name))))))
            {
                Assert.True(File.Exists(DeployFolder.PathOf(path)) || File.Exists(DeployFolder.PathOf(Path.Combine(path, "kustomization.yaml"))), $"{manifest.File} names {path}, which is not there.");
                named.Add(path);
            }
        }

        var plain = DeployFolder.FilesBelow("kubernetes", "*.yaml").Where(file => Path.GetFileName(file) != "kustomization.yaml");
        Assert.All(plain, file => Assert.Contains(file, named));
    }
}
