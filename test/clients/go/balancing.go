package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

const arns = "arn:aws:elasticloadbalancing:us-east-1:000000000000:"

// balancing makes a load balancer with two weighted groups, moves the weights, and takes it away.
func balancing(ctx context.Context, config aws.Config, wire *recorder) {
	client := elb.NewFromConfig(config)
	made := must(client.CreateLoadBalancer(ctx, &elb.CreateLoadBalancerInput{
		Name:    &name,
		Subnets: []string{"subnet-1", "subnet-2"},
	}))
	same("ELBv2 is spoken to in query", wire.newest.contentType, "application/x-www-form-urlencoded")
	balancer := made.LoadBalancers[0].LoadBalancerArn
	blue, green := group(ctx, client, "blue"), group(ctx, client, "green")
	forward := func(toBlue, toGreen int32) []types.Action {
		return []types.Action{{Type: types.ActionTypeEnumForward, ForwardConfig: &types.ForwardActionConfig{
			TargetGroups: []types.TargetGroupTuple{
				{TargetGroupArn: blue, Weight: &toBlue},
				{TargetGroupArn: green, Weight: &toGreen},
			},
		}}}
	}
	listener := must(client.CreateListener(ctx, &elb.CreateListenerInput{
		LoadBalancerArn: balancer,
		Protocol:        types.ProtocolEnumHttp,
		Port:            aws.Int32(80),
		DefaultActions:  forward(80, 20),
	})).Listeners[0].ListenerArn
	weights := func() (found []int32) {
		read := must(client.DescribeListeners(ctx, &elb.DescribeListenersInput{ListenerArns: []string{*listener}}))
		for _, tuple := range read.Listeners[0].DefaultActions[0].ForwardConfig.TargetGroups {
			found = append(found, *tuple.Weight)
		}
		return found
	}
	same("weights", weights(), []int32{80, 20})
	must(client.ModifyListener(ctx, &elb.ModifyListenerInput{ListenerArn: listener, DefaultActions: forward(0, 999)}))
	same("weights, modified", weights(), []int32{0, 999})
	_, err := client.ModifyListener(ctx, &elb.ModifyListenerInput{ListenerArn: listener, DefaultActions: forward(0, 1000)})
	refusedBy("ValidationError", err)
	_, err = client.DeleteTargetGroup(ctx, &elb.DeleteTargetGroupInput{TargetGroupArn: blue})
	refused[*types.ResourceInUseException]("ResourceInUse", err)

	target := []types.TargetDescription{{Id: aws.String("127.0.0.1")}}
	must(client.RegisterTargets(ctx, &elb.RegisterTargetsInput{TargetGroupArn: green, Targets: target}))
	health := must(client.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: green}))
	same("a new target", health.TargetHealthDescriptions[0].TargetHealth.State, types.TargetHealthStateEnumInitial)

	must(client.DeleteLoadBalancer(ctx, &elb.DeleteLoadBalancerInput{LoadBalancerArn: balancer}))
	gone := elb.NewLoadBalancersDeletedWaiter(client)
	err = gone.Wait(ctx, &elb.DescribeLoadBalancersInput{LoadBalancerArns: []string{*balancer}}, 20*time.Second)
	check("wait LoadBalancersDeleted", err == nil, err)
	must(client.DeleteTargetGroup(ctx, &elb.DeleteTargetGroupInput{TargetGroupArn: blue}))
	must(client.DeleteTargetGroup(ctx, &elb.DeleteTargetGroupInput{TargetGroupArn: green}))

	_, err = client.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{Names: []string{"none"}})
	refused[*types.LoadBalancerNotFoundException]("LoadBalancerNotFound", err)
	_, err = client.DescribeListeners(ctx, &elb.DescribeListenersInput{ListenerArns: []string{*listener}})
	refused[*types.ListenerNotFoundException]("ListenerNotFound", err)
	missing := arns + "targetgroup/none/0123456789abcdef"
	_, err = client.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: &missing})
	refused[*types.TargetGroupNotFoundException]("TargetGroupNotFound", err)
	_, err = client.DescribeSSLPolicies(ctx, &elb.DescribeSSLPoliciesInput{})
	refusedBy("NotImplemented", err)
}

func group(ctx context.Context, client *elb.Client, colour string) *string {
	made := must(client.CreateTargetGroup(ctx, &elb.CreateTargetGroupInput{
		Name:       aws.String(name + "-" + colour),
		Protocol:   types.ProtocolEnumHttp,
		Port:       aws.Int32(9),
		VpcId:      aws.String("vpc-1"),
		TargetType: types.TargetTypeEnumIp,
	}))
	return made.TargetGroups[0].TargetGroupArn
}
