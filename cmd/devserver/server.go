package main

import (
	"fmt"
	"time"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	_ "go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql" // the plugin postgres12_pgx
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
)

// newServer configures the four Temporal services in this process. Only the
// frontend's port is fixed; the others are chosen free at each start. Should
// another program take one in the moment before it is bound, the server ends
// the process and its supervisor starts it again with other ports.
func newServer(f temporalFlags) (temporal.Server, error) {
	internal, err := internalPorts(3)
	if err != nil {
		return nil, err
	}
	cfg := serverConfig(f, internal)
	logger := log.NewZapLogger(log.BuildZapLogger(log.Config{Stdout: true, Level: f.logLevel}))
	authorizer, err := authorization.GetAuthorizerFromConfig(&cfg.Global.Authorization)
	if err != nil {
		return nil, err
	}
	claims, err := authorization.GetClaimMapperFromConfig(&cfg.Global.Authorization, logger)
	if err != nil {
		return nil, err
	}
	return temporal.NewServer(
		temporal.WithConfig(cfg),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(hosts(cfg)),
		temporal.WithLogger(logger),
		temporal.WithAuthorizer(authorizer),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return claims }),
		temporal.WithDynamicConfigClient(dynamicSettings()),
	)
}

func serverConfig(f temporalFlags, internal []int) *config.Config {
	service := func(port int) config.Service {
		return config.Service{RPC: config.RPC{GRPCPort: port, BindOnIP: loopback}}
	}
	return &config.Config{
		Persistence: config.Persistence{
			DefaultStore: "state", VisibilityStore: "visibility", NumHistoryShards: int32(f.historyShards),
			DataStores: map[string]config.DataStore{
				"state":      {SQL: f.postgres.store(databases[0].name, 20)},
				"visibility": {SQL: f.postgres.store(databases[1].name, 10)},
			},
		},
		Global: config.Global{Membership: config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: loopback}},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10, MasterClusterName: "active", CurrentClusterName: "active",
			ClusterInformation: map[string]cluster.ClusterInformation{"active": {
				Enabled: true, InitialFailoverVersion: 1, RPCAddress: f.address, ClusterID: "sweep-local"}},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services: map[string]config.Service{
			"frontend": service(f.port), "history": service(internal[0]), "matching": service(internal[1]), "worker": service(internal[2])},
		Archival: config.Archival{
			History: config.HistoryArchival{State: "disabled"}, Visibility: config.VisibilityArchival{State: "disabled"}},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"}}},
		PublicClient: config.PublicClient{HostPort: f.address},
	}
}

// hosts names the one member of each service's ring.
func hosts(cfg *config.Config) map[primitives.ServiceName]static.Hosts {
	all := map[primitives.ServiceName]static.Hosts{}
	for _, name := range []primitives.ServiceName{
		primitives.FrontendService, primitives.HistoryService, primitives.MatchingService, primitives.WorkerService} {
		all[name] = static.SingleLocalHost(fmt.Sprintf("%s:%d", loopback, cfg.Services[string(name)].RPC.GRPCPort))
	}
	return all
}

// dynamicSettings lifts limits that are meant for shared clusters and lets new
// search attributes be used at once.
func dynamicSettings() dynamicconfig.StaticClient {
	return dynamicconfig.StaticClient{
		dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key(): true,
		dynamicconfig.NamespaceCacheRefreshInterval.Key():           time.Second,
		dynamicconfig.MakeKey("frontend.persistenceMaxQPS"):         20000,
		dynamicconfig.MakeKey("history.persistenceMaxQPS"):          50000,
		dynamicconfig.MakeKey("matching.persistenceMaxQPS"):         20000,
		dynamicconfig.MakeKey("frontend.rps"):                       20000,
		dynamicconfig.MakeKey("frontend.namespaceRPS"):              20000,
		dynamicconfig.MakeKey("frontend.namespaceRPS.visibility"):   200,
		dynamicconfig.MakeKey("frontend.namespaceCount"):            20000,
		dynamicconfig.HistoryCacheHostLevelMaxSize.Key():            8192,
	}
}
